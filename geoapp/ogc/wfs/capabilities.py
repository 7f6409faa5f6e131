"""The capabilities document: what there is, in which frames, which operators are known."""

from __future__ import annotations

from datetime import date

from django.conf import settings
from django.utils.translation import gettext as _

from geoapp.ogc import reading
from geoapp.ogc.layers import LAYERS, SYNTHETIC_NOTICE, Layer
from geoapp.ogc.wfs import axes, comparisons, names, spatial, temporal
from geoapp.ogc.wfs.faults import INVALID, attribute, refuse, text_of
from geoapp.ogc.wfs.gmlread import OPERANDS
from geoapp.ogc.wfs.request import OPERATIONS
from geoapp.ogc.wfs.service import Service

_SECTIONS = (
    "ServiceIdentification",
    "ServiceProvider",
    "OperationsMetadata",
    "FeatureTypeList",
    "Filter_Capabilities",
)
_TRUE = ("ImplementsBasicWFS", "KVPEncoding", "XMLEncoding", "ImplementsResultPaging")
_FALSE = (
    "ImplementsTransactionalWFS",
    "ImplementsLockingWFS",
    "SOAPEncoding",
    "ImplementsInheritance",
    "ImplementsRemoteResolve",
    "ImplementsStandardJoins",
    "ImplementsSpatialJoins",
    "ImplementsTemporalJoins",
    "ImplementsFeatureVersioning",
    "ManageStoredQueries",
)
_FES_TRUE = (
    "ImplementsQuery",
    "ImplementsAdHocQuery",
    "ImplementsResourceId",
    "ImplementsMinStandardFilter",
    "ImplementsStandardFilter",
    "ImplementsMinSpatialFilter",
    "ImplementsSpatialFilter",
    "ImplementsMinTemporalFilter",
    "ImplementsSorting",
)
_FES_FALSE = (
    "ImplementsFunctions",
    "ImplementsTemporalFilter",
    "ImplementsVersionNav",
    "ImplementsExtendedOperators",
)


def document(service: Service, sections: list[str], today: date) -> bytes:
    """Return the capabilities, whole or in the sections asked for. Raises Fault on an unknown section."""
    known = {name.lower(): name for name in (*_SECTIONS, "All")}
    for section in sections:
        if section.lower() not in known:
            refuse(INVALID, _("没有这一节：%s") % section[:60], "sections")
    wanted = {known[s.lower()] for s in sections} or {"All"}
    makers = {
        "ServiceIdentification": _identification,
        "ServiceProvider": _provider,
        "OperationsMetadata": lambda: _operations(service),
        "FeatureTypeList": lambda: _types(today),
        "Filter_Capabilities": _filters,
    }
    body = "\n".join(make() for name, make in makers.items() if wanted & {"All", name})
    spaces = {
        "wfs": names.WFS,
        "ows": names.OWS,
        "fes": names.FES,
        "gml": names.GML,
        "xlink": names.XLINK,
        "xsi": names.XSI,
        names.PREFIX: names.APP,
    }
    declared = " ".join(f'xmlns:{prefix}="{uri}"' for prefix, uri in spaces.items())
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<wfs:WFS_Capabilities {declared} version="{service.version}" '
        f'xsi:schemaLocation="{names.WFS} http://schemas.opengis.net/wfs/2.0/wfs.xsd">'
        f"\n{body}\n</wfs:WFS_Capabilities>\n"
    ).encode()


def _identification() -> str:
    return (
        "<ows:ServiceIdentification>"
        f"<ows:Title>{text_of(_('地名与界线数据服务'))}</ows:Title>"
        f"<ows:Abstract>{text_of(_('已公布的地名、地址、区划与公示，按日期和登记时点可查。'))}</ows:Abstract>"
        '<ows:ServiceType codeSpace="OGC">WFS</ows:ServiceType>'
        + "".join(f"<ows:ServiceTypeVersion>{v}</ows:ServiceTypeVersion>" for v in names.VERSIONS)
        + "<ows:Fees>NONE</ows:Fees><ows:AccessConstraints>NONE</ows:AccessConstraints>"
        "</ows:ServiceIdentification>"
    )


def _provider() -> str:
    return (
        f"<ows:ServiceProvider><ows:ProviderName>{text_of(settings.GEOAPP_CITY)}</ows:ProviderName>"
        "<ows:ServiceContact/></ows:ServiceProvider>"
    )


def _values(values: tuple[str, ...]) -> str:
    listed = "".join(f"<ows:Value>{text_of(v)}</ows:Value>" for v in values)
    return f"<ows:AllowedValues>{listed}</ows:AllowedValues>"


def _parameter(name: str, *values: str) -> str:
    return f'<ows:Parameter name="{name}">{_values(values)}</ows:Parameter>'


def _constraint(name: str, default: str) -> str:
    return (
        f'<ows:Constraint name="{name}"><ows:NoValues/>'
        f"<ows:DefaultValue>{default}</ows:DefaultValue></ows:Constraint>"
    )


def _operations(service: Service) -> str:
    formats = _parameter("outputFormat", *names.LISTED_FORMATS)
    own = {
        "GetCapabilities": _parameter("AcceptVersions", *names.VERSIONS)
        + _parameter("AcceptFormats", "text/xml", "application/xml")
        + _parameter("Sections", *_SECTIONS),
        "DescribeFeatureType": _parameter("outputFormat", names.GML_TYPE, "text/xml; subtype=gml/3.2"),
        "GetFeature": formats
        + _parameter("resultType", "results", "hits")
        + _parameter("resolve", "none", "local"),
        "GetPropertyValue": _parameter("outputFormat", names.GML_TYPE, "text/xml; subtype=gml/3.2")
        + _parameter("resultType", "results", "hits")
        + _parameter("resolve", "none", "local"),
    }
    link = attribute(service.url)
    told = "".join(
        f'<ows:Operation name="{name}"><ows:DCP><ows:HTTP><ows:Get xlink:href={link}/>'
        f"<ows:Post xlink:href={link}/></ows:HTTP></ows:DCP>{own.get(name, '')}</ows:Operation>\n"
        for name in OPERATIONS
    )
    constraints = [_constraint(name, "TRUE") for name in _TRUE]
    constraints += [_constraint(name, "FALSE") for name in _FALSE]
    constraints += [
        _constraint("CountDefault", str(names.MAX_COUNT)),
        _constraint("PagingIsTransactionSafe", "TRUE"),
        f'<ows:Constraint name="QueryExpressions">{_values(("wfs:Query", "wfs:StoredQuery"))}</ows:Constraint>',
    ]
    return (
        f"<ows:OperationsMetadata>\n{told}{_parameter('version', *names.VERSIONS)}\n"
        + "\n".join(constraints)
        + "</ows:OperationsMetadata>"
    )


def _types(today: date) -> str:
    listed = "\n".join(_type(layer, today) for layer in LAYERS.values())
    return f"<wfs:FeatureTypeList>\n{listed}\n</wfs:FeatureTypeList>"


def _type(layer: Layer, today: date) -> str:
    held = reading.summary(layer, today)
    abstract = layer.description.here() + (f" {SYNTHETIC_NOTICE.here()}" if held.synthetic else "")
    box = ""
    if held.extent is not None:
        west, south, east, north = held.extent
        box = (
            f"<ows:WGS84BoundingBox><ows:LowerCorner>{west} {south}</ows:LowerCorner>"
            f"<ows:UpperCorner>{east} {north}</ows:UpperCorner></ows:WGS84BoundingBox>"
        )
    others = "".join(f"<wfs:OtherCRS>{uri}</wfs:OtherCRS>" for uri in axes.others())
    formats = "".join(f"<wfs:Format>{f}</wfs:Format>" for f in names.LISTED_FORMATS)
    return (
        f"<wfs:FeatureType><wfs:Name>{names.PREFIX}:{layer.id}</wfs:Name>"
        f"<wfs:Title>{text_of(layer.title.here())}</wfs:Title><wfs:Abstract>{text_of(abstract)}</wfs:Abstract>"
        f"<wfs:DefaultCRS>{axes.default().uri}</wfs:DefaultCRS>{others}"
        f"<wfs:OutputFormats>{formats}</wfs:OutputFormats>{box}</wfs:FeatureType>"
    )


def _filters() -> str:
    constraints = [_constraint(name, "TRUE") for name in _FES_TRUE]
    constraints += [_constraint(name, "FALSE") for name in _FES_FALSE]
    scalar = (
        *comparisons.OPERATORS,
        "PropertyIsLike",
        "PropertyIsNull",
        "PropertyIsNil",
        "PropertyIsBetween",
    )
    told = "".join(
        constraint.replace("ows:Constraint", "fes:Constraint", 1)[: -len("</ows:Constraint>")]
        + "</fes:Constraint>"
        for constraint in constraints
    )
    return (
        f"<fes:Filter_Capabilities><fes:Conformance>{told}</fes:Conformance>"
        '<fes:Id_Capabilities><fes:ResourceIdentifier name="fes:ResourceId"/></fes:Id_Capabilities>'
        "<fes:Scalar_Capabilities><fes:LogicalOperators/><fes:ComparisonOperators>"
        + "".join(f'<fes:ComparisonOperator name="{name}"/>' for name in scalar)
        + "</fes:ComparisonOperators></fes:Scalar_Capabilities>"
        "<fes:Spatial_Capabilities><fes:GeometryOperands>"
        + "".join(f'<fes:GeometryOperand name="gml:{name}"/>' for name in OPERANDS)
        + "</fes:GeometryOperands><fes:SpatialOperators>"
        + "".join(f'<fes:SpatialOperator name="{name}"/>' for name in spatial.OPERATORS)
        + "</fes:SpatialOperators></fes:Spatial_Capabilities>"
        "<fes:Temporal_Capabilities><fes:TemporalOperands>"
        '<fes:TemporalOperand name="gml:TimeInstant"/><fes:TemporalOperand name="gml:TimePeriod"/>'
        "</fes:TemporalOperands><fes:TemporalOperators>"
        + "".join(f'<fes:TemporalOperator name="{name}"/>' for name in temporal.LISTED)
        + "</fes:TemporalOperators></fes:Temporal_Capabilities></fes:Filter_Capabilities>"
    )
