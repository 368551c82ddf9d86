"""The whole URL map on one screen. Every pattern declares its policy (council.guard); `manage.py list_routes` shows them."""

from django.urls import URLPattern, URLResolver, include, path

from accounts.api.me import MeView
from bulletins.api import board as board_api
from bulletins.api import closing as closing_api
from bulletins.api import copies as copies_api
from bulletins.api import desk as desk_api
from bulletins.api import drafts as drafts_api
from bulletins.api import packages as packages_api
from bulletins.api import reading as reading_api
from bulletins.api import returns as returns_api
from bulletins.api import timing as timing_api
from bulletins.views import (
    board,
    changes,
    closing,
    copies,
    desk,
    due_days,
    figures,
    first_hour,
    home,
    house,
    inbox,
    keeping,
    own_history,
    packages,
    previewing,
    reading,
    returns,
    searches,
    timing,
    view_as,
    viewing,
    writing,
)
from council import pages
from council.audit import api as audit_api
from council.audit import api_logs, signal_views, timeline_views
from council.audit import desk_views as audit_desk
from council.audit import pack_views as audit_packs
from council.audit import retention_views as retention
from council.audit import views as audit

api = [
    path("me/", MeView.as_view(), name="me"),
    path("bulletins/", reading_api.BulletinsView.as_view(), name="bulletins"),
    path("bulletins/<uuid:bulletin_id>/", reading_api.BulletinView.as_view(), name="bulletin"),
    path("bulletins/<uuid:bulletin_id>/parts/<int:position>/file/", reading_api.FileView.as_view(), name="file"),
    path("bulletins/<uuid:bulletin_id>/acknowledge/", reading_api.AcknowledgeView.as_view(), name="acknowledge"),
    path("bulletins/<uuid:bulletin_id>/answer/", reading_api.AnswerView.as_view(), name="answer"),
    path("bulletins/<uuid:bulletin_id>/draft/", drafts_api.DraftView.as_view(), name="draft"),
    path("bulletins/<uuid:bulletin_id>/submit/", desk_api.SubmitView.as_view(), name="submit"),
    path("bulletins/<uuid:bulletin_id>/approve/", desk_api.ApproveView.as_view(), name="approve"),
    path("bulletins/<uuid:bulletin_id>/return/", desk_api.ReturnView.as_view(), name="return"),
    path("bulletins/<uuid:bulletin_id>/publish/", desk_api.PublishView.as_view(), name="publish"),
    path("bulletins/<uuid:bulletin_id>/schedule/", timing_api.ScheduleView.as_view(), name="schedule"),
    path("bulletins/<uuid:bulletin_id>/schedule/cancel/", timing_api.UnscheduleView.as_view(), name="unschedule"),
    path("bulletins/<uuid:bulletin_id>/keep/", timing_api.KeepView.as_view(), name="keep"),
    path("bulletins/<uuid:bulletin_id>/recall/", desk_api.RecallView.as_view(), name="recall"),
    path("bulletins/<uuid:bulletin_id>/supersede/", closing_api.SupersedeView.as_view(), name="supersede"),
    path("bulletins/<uuid:bulletin_id>/dispose/", closing_api.DisposeView.as_view(), name="dispose"),
    path("bulletins/<uuid:bulletin_id>/copies/", copies_api.TakeCopyView.as_view(), name="take_copy"),
    path("bulletins/<uuid:bulletin_id>/deliveries/", board_api.DeliveriesView.as_view(), name="deliveries"),
    path("bulletins/<uuid:bulletin_id>/remind/", board_api.RemindView.as_view(), name="remind"),
    path("bulletins/<uuid:bulletin_id>/revisions/", desk_api.RevisionsView.as_view(), name="revisions"),
    path("returns/", returns_api.ReturnsView.as_view(), name="returns"),
    path("returns/<uuid:return_id>/", returns_api.ConfirmReturnView.as_view(), name="confirm_return"),
    path("copies/", copies_api.CopiesView.as_view(), name="copies"),
    path("copies/<uuid:copy_id>/", copies_api.CopyView.as_view(), name="copy"),
    path("packages/", packages_api.PackagesView.as_view(), name="packages"),
    path("packages/<uuid:package_id>/manifest/", packages_api.ManifestView.as_view(), name="package-manifest"),
    path("packages/<uuid:package_id>/signature/", packages_api.SignatureView.as_view(), name="package-signature"),
    path("packages/<uuid:package_id>/age/", packages_api.AgeView.as_view(), name="package-age"),
    path("packages/<uuid:package_id>/proof/", packages_api.ProofView.as_view(), name="package-proof"),
    path("audit/events/", audit_api.EventsView.as_view(), name="events"),
    path("audit/checkpoint/<str:log>", api_logs.CheckpointView.as_view(), name="log-checkpoint"),
    path("audit/tile/<str:log>/<path:tile>", api_logs.TileView.as_view(), name="log-tile"),
    path("schema/", pages.SchemaView.as_view(), name="schema"),
]

bulletin_pages = [
    path("", reading.bulletins, name="list"),
    path("searches/", searches.searches, name="searches"),
    path("searches/<uuid:search_id>/alerts/", searches.alerts, name="search-alerts"),
    path("searches/<uuid:search_id>/remove/", searches.remove, name="search-remove"),
    path("<uuid:bulletin_id>/", reading.bulletin, name="detail"),
    path("<uuid:bulletin_id>/changes/", changes.reader, name="changes"),
    path("<uuid:bulletin_id>/acknowledge/", reading.acknowledge, name="acknowledge"),
    path("<uuid:bulletin_id>/answer/", reading.answer, name="answer"),
    path("<uuid:bulletin_id>/parts/<int:position>/file/", reading.file, name="file"),
    path("<uuid:bulletin_id>/parts/<int:position>/figure/", figures.figure, name="figure"),
    path("<uuid:bulletin_id>/parts/<int:position>/pages/", viewing.pages, name="pages"),
    path("<uuid:bulletin_id>/parts/<int:position>/pages/<int:number>/", viewing.page, name="page"),
    path("<uuid:bulletin_id>/copy/", copies.copy, name="copy"),
]

package_pages = [
    path("", packages.packages, name="list"),
    path("<uuid:package_id>/", packages.package, name="detail"),
    path("<uuid:package_id>/folder.zip", packages.folder, name="folder"),
]

desk_pages = [
    path("", desk.works, name="list"),
    path("new/", writing.begin, name="new"),
    path("scratch/<uuid:scratch_id>/", keeping.keep, name="scratch"),
    path("scratch/<uuid:scratch_id>/drop/", keeping.drop, name="drop"),
    path("preview/", previewing.preview, name="preview"),
    path("<uuid:bulletin_id>/", desk.work, name="work"),
    path("<uuid:bulletin_id>/edit/", writing.edit, name="edit"),
    path("<uuid:bulletin_id>/revise/", writing.revise, name="revise"),
    path("<uuid:bulletin_id>/scratch/", keeping.keep_of, name="scratch-of"),
    path("<uuid:bulletin_id>/attach/", keeping.attach, name="attach"),
    path("<uuid:bulletin_id>/discard/", writing.discard, name="discard"),
    path("<uuid:bulletin_id>/changes/", changes.desk, name="changes"),
    path("<uuid:bulletin_id>/schedule/", timing.schedule, name="schedule"),
    path("<uuid:bulletin_id>/schedule/cancel/", timing.unschedule, name="unschedule"),
    path("<uuid:bulletin_id>/keep/", timing.keep, name="keep"),
    path("<uuid:bulletin_id>/supersede/", closing.supersede, name="supersede"),
    path("<uuid:bulletin_id>/dispose/", closing.dispose, name="dispose"),
    path("<uuid:bulletin_id>/as/", view_as.whom, name="view-as-whom"),
    path("<uuid:bulletin_id>/as/<uuid:person_id>/", view_as.one, name="view-as"),
    path("<uuid:bulletin_id>/what-if/", view_as.what_if, name="what-if"),
    path("<uuid:bulletin_id>/submit/", desk.submit, name="submit"),
    path("<uuid:bulletin_id>/approve/", desk.approve, name="approve"),
    path("<uuid:bulletin_id>/return/", desk.send_back, name="return"),
    path("<uuid:bulletin_id>/publish/", desk.publish, name="publish"),
    path("<uuid:bulletin_id>/recall/", closing.recall, name="recall"),
    path("<uuid:bulletin_id>/parts/<int:position>/file/", desk.file, name="file"),
    path("<uuid:bulletin_id>/parts/<int:position>/figure/", figures.desk_figure, name="figure"),
]

return_pages = [
    path("", returns.returns, name="list"),
    path("<uuid:return_id>/", returns.one, name="one"),
]

board_pages = [
    path("", board.runs, name="runs"),
    path("progress/", board.runs_progress, name="runs-progress"),
    path("<uuid:bulletin_id>/", board.one, name="one"),
    path("<uuid:bulletin_id>/progress/", board.progress, name="progress"),
    path("<uuid:bulletin_id>/export.csv", board.export, name="export"),
    path("<uuid:bulletin_id>/remind/", board.remind, name="remind"),
    path("<uuid:bulletin_id>/extend/", board.extend, name="extend"),
    path("<uuid:bulletin_id>/returns/remind/", board.remind_returns, name="remind-returns"),
    path("<uuid:bulletin_id>/returns/call/", board.call, name="call"),
]

urlpatterns: list[URLPattern | URLResolver] = [
    path("", home.home, name="home"),
    path("first-hour/", first_hour.put_away, name="first-hour"),
    path("bulletins/", include((bulletin_pages, "bulletins"))),
    path("packages/", include((package_pages, "packages"))),
    path("desk/", include((desk_pages, "desk"))),
    path("board/", include((board_pages, "board"))),
    path("returns/", include((return_pages, "returns"))),
    path("notices/", inbox.notices, name="notices"),
    path("deadlines/", due_days.dues, name="dues"),
    path("deadlines/feed/", due_days.feed, name="due-feed-change"),
    path("deadlines/<str:secret>.ics", due_days.calendar, name="due-feed"),
    path("me/history/", own_history.history, name="own-history"),
    path("me/copies/", copies.copies, name="copies"),
    path("me/copies/<uuid:copy_id>/end/", copies.end, name="copy-end"),
    path("audit/", audit_desk.front, name="audit-desk"),
    path("audit/events/", audit.events, name="audit-events"),
    path("audit/events/<uuid:event_id>/proof", audit.proof, name="audit-proof"),
    path("audit/queries/", audit.save, name="audit-query-save"),
    path("audit/queries/<uuid:query_id>/remove/", audit.remove, name="audit-query-remove"),
    path("audit/timelines/", timeline_views.find, name="audit-timeline"),
    path("audit/people/<uuid:person_id>/", timeline_views.person, name="audit-timeline-person"),
    path("audit/bulletins/<str:which>/", timeline_views.bulletin, name="audit-timeline-bulletin"),
    path("audit/signals/", signal_views.signals, name="audit-signals"),
    path("audit/signals/<uuid:signal_id>/", signal_views.signal, name="audit-signal"),
    path("audit/verifications/", audit_desk.verifications, name="audit-verifications"),
    path("audit/verifications/<uuid:verification_id>/", audit_desk.verification, name="audit-verification"),
    path(
        "audit/verifications/<uuid:verification_id>/progress/",
        audit_desk.verification_progress,
        name="audit-verification-progress",
    ),
    path("audit/offline/", audit_desk.offline_page, name="audit-offline"),
    path("audit/packs/", audit_packs.listing, name="audit-packs"),
    path("audit/packs/new/", audit_packs.new, name="audit-pack-new"),
    path("audit/packs/<uuid:pack_id>/", audit_packs.one, name="audit-pack"),
    path("audit/packs/<uuid:pack_id>/progress/", audit_packs.progress, name="audit-pack-progress"),
    path("audit/packs/<uuid:pack_id>/file/", audit_packs.file, name="audit-pack-file"),
    path("audit/retention/", retention.page, name="audit-retention"),
    path("audit/retention/holds/<uuid:hold_id>/lift/", retention.lift, name="audit-hold-lift"),
    path("audit/retention/disposals/", retention.propose, name="audit-disposals"),
    path("audit/retention/disposals/<uuid:disposal_id>/approve/", retention.approve, name="audit-disposal-approve"),
    path("audit/retention/disposals/<uuid:disposal_id>/withdraw/", retention.withdraw, name="audit-disposal-withdraw"),
    path("people/access/", house.house, name="house"),
    path("", include("accounts.urls")),
    path("sign-in/", include("accounts.sign_in_urls")),
    path("language/", pages.set_language, name="set_language"),
    path("help/", pages.help_page, name="help"),
    path("accessibility/", pages.accessibility, name="accessibility"),
    path("terms/", pages.terms, name="terms"),
    path("styleguide/", pages.styleguide, name="styleguide"),
    path("livez", pages.livez, name="livez"),
    path("readyz", pages.readyz, name="readyz"),
    path("api/v1/", include((api, "api"))),
]

handler400 = "council.pages.bad_request"
handler403 = "council.pages.forbidden"
handler404 = "council.pages.not_found"
handler500 = "council.pages.server_error"
# Asked for by the sign-in library, which counts what was tried.
handler429 = "council.pages.too_often"
