"""QGIS without a screen: open layers as told, hand back what arrives. Runs with the system's Python, knows no project.

Usage: qgis_reads.py CASES.json ANSWERS.jsonl

A case has ``id``, ``provider`` (WFS or OAPIF) and ``uri``; further ``rect`` (a spatial filter in the layer's frame),
``subset`` (sent with the layer), ``expression`` (a filter of the request). One line of JSON per case: the frame,
the count that was told, and id, name and geometry (hexadecimal WKB, as QGIS holds it: x, y) of every feature.
"""

import json
import os
import sys
import time

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from qgis.core import (  # noqa: E402
    Qgis,
    QgsApplication,
    QgsFeatureRequest,
    QgsRectangle,
    QgsVectorLayer,
)


def read(case):
    """Open the layer of a case and read it to the end."""
    began = time.monotonic()
    layer = QgsVectorLayer(case["uri"], case["id"], case["provider"])
    if not layer.isValid():
        return {"error": layer.error().summary() or "not valid"}
    if case.get("subset") and not layer.setSubsetString(case["subset"]):
        return {"error": "subset refused"}
    request = QgsFeatureRequest()
    if "rect" in case:
        request.setFilterRect(QgsRectangle(*case["rect"]))
    if "expression" in case:
        request.setFilterExpression(case["expression"])
    names = [field.name() for field in layer.fields()]
    answer = {"crs": layer.crs().authid(), "fields": names, "rows": []}
    for feature in layer.getFeatures(request):
        values = dict(zip(names, feature.attributes(), strict=False))
        shape = feature.geometry()
        key = values.get("id") or values.get("gml_id")
        wkb = None if shape.isNull() else bytes(shape.asWkb().toHex()).decode()
        answer["rows"].append([str(key), values.get("name"), wkb])
    answer["told"] = layer.featureCount()
    answer["seconds"] = round(time.monotonic() - began, 2)
    messages = layer.dataProvider().errors()
    if messages:
        answer["errors"] = list(messages)
    return answer


def main():
    """Read every case."""
    application = QgsApplication([], False)
    application.initQgis()
    with open(sys.argv[1], encoding="utf-8") as file:
        cases = json.load(file)
    with open(sys.argv[2], "w", encoding="utf-8") as out:
        for case in cases:
            answer = read(case)
            answer.update(id=case["id"], version=Qgis.QGIS_VERSION)
            out.write(json.dumps(answer) + "\n")
            out.flush()
    os._exit(0)  # leaving QGIS the long way crashes in some builds; everything is written


if __name__ == "__main__":
    main()
