"""Pages about people, organisations and oneself."""

from django.urls import path

from accounts.views import contacts, keys, oneself, organisations, people, review

app_name = "accounts"
urlpatterns = [
    path("people/", people.people, name="people"),
    path("people/add/", people.person_add, name="person_add"),
    path("people/<uuid:person_id>/", people.person, name="person"),
    path("organisations/", organisations.organisations, name="organisations"),
    path("organisations/add/", organisations.organisation_add, name="organisation_add"),
    path("organisations/<uuid:organisation_id>/", organisations.organisation, name="organisation"),
    path("subcommittees/", organisations.subcommittees, name="subcommittees"),
    path("keys/", keys.keys, name="keys"),
    path("keys/challenge/", keys.key_challenge, name="key_challenge"),
    path("keys/revoke/", keys.key_revoke, name="key_revoke"),
    path("keys/confirm/", keys.key_confirm, name="key_confirm"),
    path("contacts/", contacts.contacts, name="contacts"),
    path("reviews/", review.reviews, name="reviews"),
    path("reviews/mine/", review.review_mine, name="review_mine"),
    path("reviews/<uuid:review_id>/", review.review, name="review"),
    path("reviews/<uuid:review_id>/report", review.review_report_file, name="review_report"),
    path("me/", oneself.me, name="me"),
    path("pledge/", oneself.pledge, name="pledge"),
]
