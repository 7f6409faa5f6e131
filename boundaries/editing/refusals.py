"""Why an adjustment is refused, and the limits below which a shape is a drawing fault.

Lengths in metres, areas in m² of the city frame.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from shapely.geometry.base import BaseGeometry

GENERAL_REMEDY = "请在图上核对后重画"


class Refused(ValueError):
    """An adjustment that is not carried out; the coverage it was asked of is untouched.

    ``code`` is a stable word for programs, ``message`` says what is wrong in an officer's words, ``remedy`` how
    to mend it, ``place`` where (a frame geometry in metres, None when there is no place), ``units`` whom it
    concerns, ``figures`` the figures the message gives, by names with their units (``area_m2``): other languages
    need them too. ``declare`` tells what would have to be declared for the land to be taken as it is: (unit,
    separate parts, interior rings); empty where no declaration helps. ``why`` is a person's own reason, as typed,
    where one stands behind the refusal.
    """

    def __init__(
        self,
        code: str,
        message: str,
        *,
        remedy: str = GENERAL_REMEDY,
        place: BaseGeometry | None = None,
        units: tuple[str, ...] = (),
        figures: Mapping[str, float] | None = None,
        declare: tuple[tuple[str, int, int], ...] = (),
        why: str = "",
    ) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.remedy = remedy
        self.place = place
        self.units = units
        self.figures = dict(figures or {})
        self.declare = declare
        self.why = why

    def __str__(self) -> str:
        return f"{self.message}。{self.remedy}"


@dataclass(frozen=True)
class Limits:
    """Configuration of what is too small. All values are UNVERIFIED: no law or standard read gives them.

    They refuse only what an operation makes; a fault the land already had does not stop an adjustment.
    ``snap_m`` moves the drawn line, never a line already in the register.
    """

    min_area_m2: float = 400.0  # a unit, or a part of one, smaller than this
    min_width_m: float = 1.0  # a unit, a neck or an arm narrower than this
    min_angle_deg: float = 4.0  # a corner at the new line sharper than this is a needle
    min_clearance_m: float = 0.01  # the new line this near to another corner or line of its own unit
    snap_m: float = 0.02  # a corner of the drawn line this near to a registered corner or line lies on it
    max_vertices: int = 5000  # of one drawn line or polygon
