"""Pages; the rows of these addresses are in ``geoapp/access.py``."""

from django.urls import path

from geoapp.planner.views import (
    account,
    boundaries,
    cases,
    drafting,
    files,
    notices,
    plan,
    public,
    rules,
    units,
)

app_name = "planner"
urlpatterns = [
    path("", public.home, name="home"),
    path("signin/", account.SignIn.as_view(), name="signin"),
    path("signout/", account.SignOut.as_view(), name="signout"),
    path("names/<uuid:place_id>", public.entry, name="entry"),
    path("names/<uuid:place_id>.geojson", public.entry_geojson, name="entry_geojson"),
    path("units/<uuid:unit_id>", units.unit, name="unit"),
    path("units/<uuid:unit_id>.geojson", units.unit_geojson, name="unit_geojson"),
    path("notices/", notices.index, name="notices"),
    path("notices/<str:number>/", notices.notice, name="notice"),
    path("notices/<str:number>.geojson", notices.notice_geojson, name="notice_geojson"),
    path("rules/", rules.catalogue, name="rules"),
    path("guide/", rules.guide, name="guide"),
    path("plan/", plan.plan, name="plan"),
    path("cases/", cases.inbox, name="cases"),
    path("cases/<str:number>/", cases.case, name="case"),
    path("cases/<str:number>/do/<slug:action>/", cases.act, name="case_action"),
    path("cases/<str:number>/reason/", cases.reason, name="case_reason"),
    path("cases/<str:number>/items/<uuid:item_id>/remove/", cases.remove, name="case_item_remove"),
    path("cases/<str:number>/items.geojson", files.items_geojson, name="case_geojson"),
    path("cases/<str:number>/attachments/", files.attach, name="case_attach"),
    path("cases/<str:number>/attachments/<uuid:attachment_id>/", files.download, name="case_attachment"),
    path("boundaries/new/", boundaries.workbench_new, name="workbench_new"),
    path("boundaries/try/", drafting.try_out, name="workbench_try"),
    path("boundaries/rebase/", drafting.rebase, name="workbench_rebase"),
    path("boundaries/ground.geojson", drafting.ground, name="workbench_ground"),
    path("boundaries/survey/", drafting.survey, name="workbench_survey"),
    path("boundaries/proposals/", drafting.proposals, name="workbench_proposals"),
    path("boundaries/<str:number>/", boundaries.workbench, name="workbench"),
    path("cases/<str:number>/items/<uuid:item_id>/impact/", boundaries.impact, name="impact"),
    path("cases/<str:number>/items/<uuid:item_id>/impact.xlsx", boundaries.impact_sheet, name="impact_sheet"),
    path("cases/<str:number>/items/<uuid:item_id>/impact.pdf", boundaries.impact_pdf, name="impact_pdf"),
    path("health/live", public.live, name="live"),
    path("health/ready", public.ready, name="ready"),
]
