"""What one request may still ask."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

from geoapp.core.errors import BadRequest
from geoapp.ogc.filtering import limits


@dataclass
class Budget:
    """What one request may still ask: operators and operands, vertices."""

    nodes: int = limits.MAX_NODES
    vertices: int = limits.MAX_VERTICES

    def spend_node(self, depth: int) -> None:
        """Count one operator. Raises BadRequest when there are too many or they nest too deep."""
        self.nodes -= 1
        if self.nodes < 0 or depth > limits.MAX_DEPTH:
            raise BadRequest(
                _("过滤条件过长或嵌套过深"),
                field="FILTER",
                remedy=_("最多 %(nodes)d 个运算符和值、%(depth)d 层")
                % {"nodes": limits.MAX_NODES, "depth": limits.MAX_DEPTH},
            )

    def hold_text(self, characters: int) -> None:
        """Raise BadRequest when a text of coordinates must hold too many vertices, before it is read."""
        if characters > limits.LONGEST_VERTEX * (self.vertices + 1):
            self.spend_vertices(self.vertices + 1)

    def spend_vertices(self, count: int) -> None:
        """Count vertices. Raises BadRequest when there are too many."""
        self.vertices -= count
        if self.vertices < 0:
            message = _("过滤条件中的顶点过多（最多 %d 个）") % limits.MAX_VERTICES
            raise BadRequest(message, field="FILTER")
