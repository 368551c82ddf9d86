"""A page that reads something, and its twin under /api/: both serve only after their event is in the log."""

from django.contrib.auth.decorators import login_not_required
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import path
from django.utils.translation import gettext as _
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from council.access.policy import Action
from council.audit.record import record
from council.guard import OPEN, guarded_by

SECRET = "変電所の点検手順"


def _record_reading() -> None:
    with transaction.atomic():
        record(Action.READ, actor="p-1", organisation=None, object="b-1")


@login_not_required
def read(request: HttpRequest) -> HttpResponse:
    _record_reading()
    return HttpResponse(SECRET)


@login_not_required
def missing(request: HttpRequest) -> HttpResponse:
    raise Http404


@login_not_required
def speak(request: HttpRequest) -> HttpResponse:
    return HttpResponse(_("見つかりません"))


@guarded_by(GET=OPEN)
class ReadApi(APIView):
    authentication_classes = ()

    def get(self, request: Request) -> Response:
        _record_reading()
        return Response({"title": SECRET})


@guarded_by(GET=OPEN)
class MissingApi(APIView):
    authentication_classes = ()

    def get(self, request: Request) -> Response:
        raise Http404


urlpatterns = [
    path("read/", read),
    path("missing/", missing),
    path("speak/", speak),
    path("api/read/", login_not_required(ReadApi.as_view())),
    path("api/missing/", login_not_required(MissingApi.as_view())),
]
