"""The tables of names, streets and addresses."""

from naming.models.address import Address, AddressCode, AddressPosition, AddressVersion, Plate
from naming.models.case import StreetItem
from naming.models.gazetteer import PlaceName, PlaceNameVersion, SearchName, StreetVersion
from naming.models.importing import AddressImport, AddressImportRow, ColumnMapping
from naming.models.published import PublishedAddress, PublishedPlaceName, PublishedStreet

__all__ = [
    "Address",
    "AddressCode",
    "AddressImport",
    "AddressImportRow",
    "AddressPosition",
    "AddressVersion",
    "ColumnMapping",
    "PlaceName",
    "PlaceNameVersion",
    "Plate",
    "PublishedAddress",
    "PublishedPlaceName",
    "PublishedStreet",
    "SearchName",
    "StreetItem",
    "StreetVersion",
]
