"""The pages of the sign-in library that this portal opens, each with its policy. What is not here does not exist."""

from allauth.account import views
from django.urls import path

from accounts.views import identities, password
from accounts.views.factor_sign_in import PasskeySignInView, SecondStepView, SignInView, demo_sign_in
from accounts.views.sign_out import SignOutView
from council.guard import OPEN, SIGNED_IN, guarded_by

anybody = guarded_by(GET=OPEN, POST=OPEN)
oneself = guarded_by(GET=SIGNED_IN, POST=SIGNED_IN)

urlpatterns = [
    path("", anybody(SignInView.as_view()), name="account_login"),
    path("passkey/", anybody(PasskeySignInView.as_view()), name="mfa_login_webauthn"),
    path("code/", anybody(SecondStepView.as_view()), name="mfa_authenticate"),
    path("demo/", guarded_by(POST=OPEN)(demo_sign_in), name="demo_sign_in"),
    path("identity/<slug:provider_id>/", identities.sign_in, name="identity_sign_in"),
    path("identity/<slug:provider_id>/callback/", identities.callback, name="identity_callback"),
    path("identity/<slug:provider_id>/again/", identities.confirm, name="identity_confirm"),
    path("out/", anybody(SignOutView.as_view()), name="account_logout"),
    path("sign-up/", anybody(views.signup), name="account_signup"),
    path("password/", oneself(password.change), name="account_change_password"),
    path("password/set/", oneself(password.choose), name="account_set_password"),
]
