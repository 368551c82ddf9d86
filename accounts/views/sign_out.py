"""Signing out: here, and where the person came in through an identity provider that offers it, there too."""

from typing import Any

from allauth.account.views import LogoutView
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

from accounts.identity_leaving import address_of_leaving, provider_left


class SignOutView(LogoutView):
    """Out of this portal first, whatever happens at the provider afterwards."""

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        there = "" if "here" in request.POST else address_of_leaving(request)
        response = super().post(request, *args, **kwargs)
        return HttpResponseRedirect(there) if there else response

    def get_context_data(self, **kwargs: Any) -> dict:
        return {**super().get_context_data(**kwargs), "provider": provider_left(self.request)}
