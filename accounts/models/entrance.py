"""How people come in: who was invited or is let in again, failed attempts, and the devices somebody is known on."""

from django.conf import settings
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models
from django.db.models import Q
from django.utils.module_loading import import_string
from django.utils.translation import gettext_lazy as _

from accounts.models.organisation import Organisation
from council.ids import opaque_id


class Enrolment(models.Model):
    """A way in for one person, once: to register their first passkey after an invitation, or a new one after they lost theirs.

    It takes both a link that goes to the person's address and a code that somebody tells them another way; neither is kept here. The link
    is the signed id, of the code there is a slow hash. `corporate_number` is that of the organisation when the person was invited: the
    way ends when it is no longer the same.
    """

    class Purpose(models.TextChoices):
        INVITATION = "invitation", _("招待")
        RECOVERY = "recovery", _("登録のやり直し")

    id = models.UUIDField(primary_key=True, default=opaque_id, editable=False)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="enrolments")
    purpose = models.CharField(max_length=10, choices=Purpose)
    corporate_number = models.CharField(max_length=13, blank=True)
    code_hash = models.CharField(max_length=200)
    opened_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    # The second person of a recovery.
    confirmed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    opened_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    failed_codes = models.PositiveSmallIntegerField(default=0)
    used_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person"],
                condition=Q(used_at__isnull=True, ended_at__isnull=True),
                name="one_way_in_at_a_time",
            )
        ]

    def __str__(self) -> str:
        return f"{self.purpose} of {self.person_id}"


class SignInFailure(models.Model):
    """How often in a row somebody failed to sign in as this person, and until when nobody may try by password or code."""

    person = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, primary_key=True, related_name="sign_in_failure"
    )
    failures = models.PositiveSmallIntegerField(default=0)
    last_at = models.DateTimeField()
    locked_until = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.failures} failures of {self.person_id}"


class Device(models.Model):
    """A browser somebody has signed in on before, known by a random cookie of which only the digest is kept."""

    id = models.UUIDField(primary_key=True, default=opaque_id, editable=False)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="devices")
    digest = models.CharField(max_length=64)
    # What the browser calls itself, in words: 「Windows・Firefox」.
    name = models.CharField(max_length=80)
    address = models.GenericIPAddressField(null=True)
    first_seen_at = models.DateTimeField()
    last_seen_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "digest"], name="each_device_once")]

    def __str__(self) -> str:
        return self.name


class Session(AbstractBaseSession):
    """A session, with whose it is beside its content: all of somebody's can be found, and ended, however each came to be.

    `person` is written by accounts.session_store together with the content that says the same. Sessions of strangers have none.
    """

    person = models.UUIDField(null=True, db_index=True, editable=False)

    @classmethod
    def get_session_store_class(cls) -> type:
        # By name: the store imports this model.
        return import_string("accounts.session_store.SessionStore")


class FactorSecret(models.Model):
    """What codes are computed from (of an authenticator app, or of recovery codes), sealed. The sign-in library keeps the id alone."""

    id = models.UUIDField(primary_key=True, default=opaque_id, editable=False)
    ciphertext = models.BinaryField()
    wrap = models.BinaryField()
    epoch = models.PositiveIntegerField()
    algorithm = models.CharField(max_length=40)
    key_id = models.CharField(max_length=64)

    def __str__(self) -> str:
        return str(self.pk)


class Proposal(models.Model):
    """What one person proposed and another has to confirm before it is done (二人制). A withdrawn one is gone.

    `organisation` is whose affair it is; `facts` are what the verb needs, ids and days alone.
    """

    class Kind(models.TextChoices):
        CLEARANCE = "clearance", _("適性評価の記録")
        CERTIFICATION = "certification", _("適合事業者の認定")
        EXTENSION = "extension", _("指定の延長")
        ROLE = "role", _("役割の付与")
        RECOVERY = "recovery", _("サインインの登録のやり直し")

    id = models.UUIDField(primary_key=True, default=opaque_id, editable=False)
    kind = models.CharField(max_length=14, choices=Kind)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    # The person, company or designation that it is about.
    about = models.UUIDField()
    facts = models.JSONField(default=dict)
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField()
    confirmed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    confirmed_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["proposed_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "about", "organisation", "facts"],
                condition=Q(confirmed_at__isnull=True),
                name="proposed_once_at_a_time",
            ),
            models.CheckConstraint(
                condition=Q(confirmed_by__isnull=True) | ~Q(confirmed_by=models.F("proposed_by")),
                name="two_people_and_not_one",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.about}"
