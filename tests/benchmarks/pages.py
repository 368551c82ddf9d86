"""The URLs of the portal and an empty page beside them, behind the same middleware."""

from django.http import HttpRequest, HttpResponse
from django.urls import path

from council import urls
from council.guard import SIGNED_IN, guarded_by


@guarded_by(GET=SIGNED_IN)
def empty(request: HttpRequest) -> HttpResponse:
    """Nothing, for somebody who is signed in."""
    return HttpResponse("")


urlpatterns = [path("empty/", empty), *urls.urlpatterns]
handler400, handler403, handler404, handler500 = urls.handler400, urls.handler403, urls.handler404, urls.handler500
