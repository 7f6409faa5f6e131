"""The address book: every URL has a row in ``geoapp/access.py``."""

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("admin/", admin.site.urls),
    path("", include("geoapp.ogc.urls")),
    path("", include("boundaries.urls")),
    path("", include("naming.urls")),
    path("", include("geoapp.planner.urls")),
]

handler404 = "geoapp.planner.errors.not_found"
handler403 = "geoapp.planner.errors.forbidden"
handler500 = "geoapp.planner.errors.broken"
