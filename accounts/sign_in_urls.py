"""The pages of the sign-in library that this portal opens, each with its policy. What is not here does not exist."""

from allauth.account import views
from django.urls import path, re_path

from council.guard import OPEN, SIGNED_IN, guarded_by

anybody = guarded_by(GET=OPEN, POST=OPEN)
oneself = guarded_by(GET=SIGNED_IN, POST=SIGNED_IN)

urlpatterns = [
    path("", anybody(views.login), name="account_login"),
    path("out/", anybody(views.logout), name="account_logout"),
    path("sign-up/", anybody(views.signup), name="account_signup"),
    path("password/", oneself(views.password_change), name="account_change_password"),
    path("password/set/", oneself(views.password_set), name="account_set_password"),
    path("password/reset/", anybody(views.password_reset), name="account_reset_password"),
    path("password/reset/done/", anybody(views.password_reset_done), name="account_reset_password_done"),
    path(
        "password/reset/key/done/",
        anybody(views.password_reset_from_key_done),
        name="account_reset_password_from_key_done",
    ),
    re_path(
        r"^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        anybody(views.password_reset_from_key),
        name="account_reset_password_from_key",
    ),
]
