"""A CQL2 tree as one SQL condition with parameters, in the dialects of both databases.

Unknown stays unknown under NOT, as the standard says; a row is in the answer when the whole is true.
"""

from __future__ import annotations

from collections.abc import Callable

from django.utils.translation import gettext as _

from geoapp.ogc.cql import scalars
from geoapp.ogc.cql.geometry import spatial
from geoapp.ogc.cql.nodes import COMPARISONS, SPATIAL, TEMPORAL, Call, Node, Property, Value, refuse
from geoapp.ogc.cql.scope import Scope, located
from geoapp.ogc.cql.times import temporal
from geoapp.ogc.filtering.logic import Piece, joined, single
from geoapp.ogc.query import Condition
from geoapp.ogc.sqltext import Clause

_OPERATORS: dict[str, Callable[[Call, Scope], Clause]] = {
    **dict.fromkeys(COMPARISONS, scalars.compare),
    "like": scalars.like,
    "between": scalars.between,
    "in": scalars.among,
    "isnull": scalars.unknown,
    **dict.fromkeys(TEMPORAL, temporal),
}


def compiled(node: Node, scope: Scope) -> Condition:
    """Return the condition of a filter. Raises BadRequest naming the place that is wrong."""
    piece = _condition(node, scope, negated=False)
    return Condition(piece.sql, tuple(piece.parameters), scope.spatial, scope.lends)


def _condition(node: Node, scope: Scope, *, negated: bool) -> Piece:
    """Return a condition; NOT is carried down to the single operators, so that SQL never nests it."""
    with located(node.at):
        scope.budget.spend_node(1)
    if isinstance(node, Value) and isinstance(node.value, bool):
        return Piece("1 = 1" if node.value != negated else "1 = 0", [])
    if isinstance(node, Property):
        field = scope.field(node)
        if field.kind == "boolean":
            return single((f"{field.sql} = %s", [True]), negated=negated, unknown_is_false=False)
    if not isinstance(node, Call):
        refuse(node.at, _("这里应为条件"), _("例如 name = '祖庙路'"))
    if node.op in {"and", "or"}:
        if not node.args:
            refuse(node.at, _("%s 中没有条件") % node.op.upper())
        pieces = [_condition(part, scope, negated=negated) for part in node.args]
        return joined(pieces, (node.op == "and") != negated)
    if node.op == "not":
        if len(node.args) != 1:
            refuse(node.at, _("%(op)s 须有 %(count)d 个操作数") % {"op": "NOT", "count": 1})
        return _condition(node.args[0], scope, negated=not negated)
    if node.op in SPATIAL:
        return spatial(node, scope, negated=negated)
    if node.op not in _OPERATORS:
        refuse(node.at, _("这里应为条件"), _("例如 name = '祖庙路'"))
    return single(_OPERATORS[node.op](node, scope), negated=negated, unknown_is_false=False)
