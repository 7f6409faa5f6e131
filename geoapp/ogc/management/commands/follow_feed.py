"""``manage.py follow_feed URL --database …``: the reference client, an exact copy in a second database."""

from __future__ import annotations

import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError, connections

from geoapp.core.database_url import settings_from_url
from geoapp.ogc.feed.following.follow import follow, verify
from geoapp.ogc.feed.following.replica import Replica
from geoapp.ogc.feed.following.source import FeedError, Source

_ALIAS = "replica"


class Command(BaseCommand):
    """Exits with 1 and names layer and act as soon as the copy is not what the feed says."""

    requires_system_checks = []  # the register's own health is not this program's affair
    help = "按变更流在另一个数据库中建立并更新发布图层的副本，逐条核对校验值；中断后再运行会接着做"

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the address and the database."""
        parser.add_argument("url", help="变更流的地址，例如 https://主机/ogc/feed")
        parser.add_argument("--database", required=True, help="数据库别名，或 spatialite:///… 、postgis://…")
        parser.add_argument(
            "--snapshot", action="store_true", help="新副本从现状开始，不从第一号登记行为开始"
        )
        parser.add_argument(
            "--verify", action="store_true", help="再按副本的内容重算全部校验值并与变更流核对"
        )
        parser.add_argument("--anew", action="store_true", help="先删去已有的副本")
        parser.add_argument("--watch", type=float, metavar="秒", help="一直运行，每隔若干秒查看一次")
        parser.add_argument("--changes", type=int, default=1000, help="每页变更行数")

    def handle(self, *args: Any, **options: Any) -> None:
        """Follow, verify, and wait when told to."""
        alias = _database(options["database"])
        replica = Replica(alias)
        try:
            source = Source(options["url"], changes=options["changes"])
            if options["anew"]:
                replica.drop()
            while True:
                mark = follow(source, replica, snapshot=options["snapshot"], note=self._note)
                self.stdout.write(f"副本到第 {mark.seq} 号登记行为为止")
                if options["verify"]:
                    verify(source, replica)
                    self.stdout.write(f"按内容重算的校验值与变更流一致（第 {mark.seq} 号）")
                if options["watch"] is None:
                    return
                time.sleep(options["watch"])
        except FeedError as error:
            raise CommandError(str(error)) from error
        except DatabaseError as error:
            raise CommandError(f"副本的数据库出错：{error}") from error
        finally:
            if alias == _ALIAS:
                connections[alias].close()
                del connections[alias], connections.settings[alias]

    def _note(self, line: str) -> None:
        self.stdout.write(line)
        self.stdout.flush()


def _database(name: str) -> str:
    """Return the alias of the second database; enter it first when it is given as a URL."""
    if "://" in name:
        try:
            entry = settings_from_url(name)
        except ValueError as error:
            raise CommandError(f"--database：{error}") from error
        default = connections.settings["default"]
        connections.settings[_ALIAS] = connections.configure_settings({"default": default, _ALIAS: entry})[
            _ALIAS
        ]
        name = _ALIAS
    if name not in connections.settings:
        raise CommandError(f"--database：没有数据库 {name}")
    mine, other = connections.settings["default"], connections.settings[name]
    same = all(str(mine.get(k, "")) == str(other.get(k, "")) for k in ("NAME", "HOST", "PORT"))
    if name == "default" or same:
        raise CommandError("--database：副本不能放在登记库自己里面")
    return name
