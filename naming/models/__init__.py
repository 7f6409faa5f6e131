"""The tables of names, streets and addresses."""

from naming.models.address import Address, AddressCode, AddressPosition, AddressVersion, Plate
from naming.models.case import StreetItem
from naming.models.collection import CollectedDoor, CollectedPhoto, CollectedRevision, CollectTask
from naming.models.gazetteer import PlaceName, PlaceNameVersion, SearchName, StreetVersion
from naming.models.importing import AddressImport, AddressImportRow, ColumnMapping
from naming.models.published import PublishedAddress, PublishedPlaceName, PublishedStreet
from naming.models.renaming import RenameItem

__all__ = [
    "Address",
    "AddressCode",
    "AddressImport",
    "AddressImportRow",
    "AddressPosition",
    "AddressVersion",
    "CollectTask",
    "CollectedDoor",
    "CollectedPhoto",
    "CollectedRevision",
    "ColumnMapping",
    "PlaceName",
    "PlaceNameVersion",
    "Plate",
    "PublishedAddress",
    "PublishedPlaceName",
    "PublishedStreet",
    "RenameItem",
    "SearchName",
    "StreetItem",
    "StreetVersion",
]
