"""The tables of names, streets and addresses."""

from naming.models.address import Address, AddressCode, AddressPosition, AddressVersion, Plate
from naming.models.case import StreetItem
from naming.models.door_case import (
    AddressItem,
    Confirmation,
    DoorOwner,
    DoorTask,
    ItemOpening,
    PlatePhoto,
    Renumbering,
    ReviewBlock,
)
from naming.models.gazetteer import PlaceName, PlaceNameVersion, SearchName, StreetVersion
from naming.models.published import PublishedAddress, PublishedPlaceName, PublishedStreet

__all__ = [
    "Address",
    "AddressItem",
    "AddressCode",
    "AddressPosition",
    "AddressVersion",
    "Confirmation",
    "DoorOwner",
    "DoorTask",
    "ItemOpening",
    "PlaceName",
    "PlaceNameVersion",
    "Plate",
    "PlatePhoto",
    "PublishedAddress",
    "PublishedPlaceName",
    "PublishedStreet",
    "Renumbering",
    "ReviewBlock",
    "SearchName",
    "StreetItem",
    "StreetVersion",
]
