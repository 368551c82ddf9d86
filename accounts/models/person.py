"""People: who signs in, which roles they hold, which subcommittees they sit in, what they have pledged, how programs act for them."""

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models.organisation import Organisation, Subcommittee
from council.access.facts import Role
from council.access.tiers import Tier
from council.ids import opaque_id


class People(BaseUserManager["User"]):
    """Creates people; the address is kept in lower case, so that one mailbox is one person."""

    def create_user(self, email: str, password: str | None = None, **fields: object) -> "User":
        person = self.model(email=email.strip().lower(), **fields)
        person.set_password(password)
        person.save(using=self._db)
        return person

    def get_by_natural_key(self, email: str) -> "User":
        return self.get(email=email.strip().lower())


class User(AbstractBaseUser, PermissionsMixin):
    """A person of one organisation. `tier` is what they may handle by themselves (1 or 2); tier three rests on clearances."""

    class Rhythm(models.TextChoices):
        INSTANT = "instant", _("そのつど")
        DAILY = "daily", _("1日にまとめて")
        WEEKLY = "weekly", _("1週間にまとめて")

    id = models.UUIDField(primary_key=True, default=opaque_id, editable=False)
    email = models.EmailField(_("メールアドレス"), unique=True)
    name = models.CharField(_("氏名"), max_length=60)
    title = models.CharField(_("部署・役職"), max_length=80, blank=True)
    # The department as contracts name it; what a person's post is called stands in `title`.
    department = models.CharField(_("所属部署"), max_length=80, blank=True)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="people")
    tier = models.PositiveSmallIntegerField(_("扱える格付"), default=1)
    is_active = models.BooleanField(_("有効"), default=True)
    notices = models.CharField(_("通知の受け取り方"), max_length=7, choices=Rhythm, default=Rhythm.INSTANT)
    joined_at = models.DateTimeField(_("登録した日時"), auto_now_add=True)
    left_at = models.DateTimeField(_("離れた日時"), null=True, blank=True)
    # Their first factor was added where no way in was open: passkeys reach tier one until somebody who runs their affairs confirms it.
    unconfirmed_since = models.DateTimeField(_("確認を待っている日時"), null=True, blank=True, editable=False)
    # Somebody who moved to another organisation has a new account there: nothing that was given to the old one follows.
    predecessor = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="successor", editable=False
    )
    # How surely it is they who ask, set for each request (accounts.strength); no column, and the highest where no session asks.
    session = Tier.CRITICAL

    objects = People()
    USERNAME_FIELD = EMAIL_FIELD = "email"

    class Meta:
        ordering = ["name", "id"]
        constraints = [models.CheckConstraint(condition=models.Q(tier__in=[1, 2]), name="person_tier_is_one_or_two")]

    def __str__(self) -> str:
        return self.name


class RoleAssignment(models.Model):
    """One role of one person."""

    ROLES = {
        Role.MEMBER: _("閲覧者"),
        Role.ADMINISTRATOR: _("組織管理者"),
        Role.PUBLISHER: _("作成者"),
        Role.APPROVER: _("承認者"),
        Role.CLEARANCE_OFFICER: _("適性評価担当"),
        Role.AUDITOR: _("監査人"),
        Role.OPERATOR: _("運用担当"),
    }
    person = models.ForeignKey(User, on_delete=models.CASCADE, related_name="role_assignments")
    role = models.CharField(_("役割"), max_length=20, choices=[(role.value, label) for role, label in ROLES.items()])

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "role"], name="each_role_once")]

    def __str__(self) -> str:
        return f"{self.person}: {self.role}"


class SubcommitteeMembership(models.Model):
    """A person who sits in a subcommittee."""

    person = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")
    subcommittee = models.ForeignKey(Subcommittee, on_delete=models.CASCADE, related_name="memberships")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "subcommittee"], name="each_membership_once")]

    def __str__(self) -> str:
        return f"{self.person}: {self.subcommittee}"


class PledgeText(models.Model):
    """A version of the pledge of secrecy (守秘誓約); the highest version in force is the one to accept."""

    version = models.PositiveIntegerField(_("版"), unique=True)
    body = models.TextField(_("本文"))
    in_force_from = models.DateField(_("適用開始日"))

    class Meta:
        ordering = ["-version"]

    def __str__(self) -> str:
        return str(self.version)


class CouncilPeriod(models.Model):
    """A period of the council (任期): whoever pledged in one pledges again in the next, also when the text is the same."""

    number = models.PositiveIntegerField(_("期"), unique=True)
    first_day = models.DateField(_("始まりの日"), unique=True)
    last_day = models.DateField(_("終わりの日"), null=True, blank=True)

    class Meta:
        ordering = ["-number"]

    def __str__(self) -> str:
        return str(self.number)


class PledgeAcceptance(models.Model):
    """That a person accepted a version of the pledge in a period of the council (0: before there were any).

    It stays when they leave: the duty does.
    """

    person = models.ForeignKey(User, on_delete=models.PROTECT, related_name="pledges")
    version = models.PositiveIntegerField(_("版"))
    period = models.PositiveIntegerField(_("期"), default=0)
    accepted_at = models.DateTimeField(_("同意した日時"))

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "version", "period"], name="each_pledge_once")]

    def __str__(self) -> str:
        return f"{self.person}: {self.version}"


class ApiToken(models.Model):
    """A bearer token of a person; only its SHA-256 is kept, so a copy of the database signs nobody in."""

    person = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    digest = models.CharField(max_length=64, unique=True)
    # As far as the session reached in which it was made: a token is no way round the passkey.
    tier = models.PositiveSmallIntegerField(_("届く格付"), default=1)
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"token of {self.person}"
