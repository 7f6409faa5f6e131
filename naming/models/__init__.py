"""The tables of names, streets and addresses."""

from naming.models.address import Address, AddressCode, AddressPosition, AddressVersion, Plate
from naming.models.cascade import CascadeBatch, CascadeSlice
from naming.models.case import StreetItem
from naming.models.collected_case import CollectedItem, NameWanted
from naming.models.collection import CollectedDoor, CollectedPhoto, CollectedRevision, CollectTask
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
from naming.models.importing import AddressImport, AddressImportRow, ColumnMapping
from naming.models.published import PublishedAddress, PublishedPlaceName, PublishedStreet
from naming.models.renaming import RenameItem

__all__ = [
    "Address",
    "AddressItem",
    "AddressCode",
    "AddressImport",
    "AddressImportRow",
    "AddressPosition",
    "AddressVersion",
    "CascadeBatch",
    "CascadeSlice",
    "CollectTask",
    "CollectedDoor",
    "CollectedItem",
    "CollectedPhoto",
    "CollectedRevision",
    "ColumnMapping",
    "Confirmation",
    "DoorOwner",
    "DoorTask",
    "ItemOpening",
    "NameWanted",
    "PlaceName",
    "PlaceNameVersion",
    "Plate",
    "PlatePhoto",
    "PublishedAddress",
    "PublishedPlaceName",
    "PublishedStreet",
    "RenameItem",
    "Renumbering",
    "ReviewBlock",
    "SearchName",
    "StreetItem",
    "StreetVersion",
]
