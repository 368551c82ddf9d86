"""GET /api/v1/me/: who the caller is, what they may see at most, until when."""

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.ceiling import clearances_in_force, pledge_of, until
from accounts.models import Organisation, RoleAssignment, Subcommittee, User
from council.access.facts import Subject
from council.api_schema import problems
from council.guard import SIGNED_IN, guarded_by


class NamedSerializer(serializers.Serializer):
    """Something with an id and a name."""

    id = serializers.UUIDField()
    name = serializers.CharField()


class OwnOrganisationSerializer(NamedSerializer):
    """The organisation somebody belongs to."""

    kind = serializers.ChoiceField(choices=Organisation.Kind.choices)


class HeldClearanceSerializer(serializers.Serializer):
    """A clearance in force."""

    agency = serializers.CharField()
    last_day = serializers.DateField()


class PledgeSerializer(serializers.Serializer):
    """The version of the pledge that is in force, and the highest one accepted."""

    required = serializers.IntegerField(allow_null=True)
    accepted = serializers.IntegerField(allow_null=True)


class MeSerializer(serializers.Serializer):
    """The caller."""

    id = serializers.UUIDField()
    email = serializers.EmailField()
    name = serializers.CharField()
    organisation = OwnOrganisationSerializer()
    roles = serializers.ListField(child=serializers.ChoiceField(choices=RoleAssignment._meta.get_field("role").choices))
    ceiling = serializers.IntegerField(min_value=1, max_value=3)
    subcommittees = NamedSerializer(many=True)
    clearances = HeldClearanceSerializer(many=True)
    pledge = PledgeSerializer()
    until = serializers.DateField(allow_null=True)


def facts_about(person: User, subject: Subject) -> dict:
    """What MeSerializer shows of a person whose organisation is loaded."""
    organisation = person.organisation
    return {
        "id": person.pk,
        "email": person.email,
        "name": person.name,
        "organisation": {"id": organisation.pk, "name": organisation.name, "kind": organisation.kind},
        "roles": sorted(subject.roles),
        "ceiling": int(subject.ceiling),
        "subcommittees": Subcommittee.objects.filter(pk__in=subject.subcommittees).values("id", "name"),
        "clearances": [
            {"agency": held.agency.name, "last_day": held.last_day}
            for held in clearances_in_force(person, subject.today)
        ],
        "pledge": pledge_of(person, subject.today),
        "until": until(subject),
    }


@guarded_by(GET=SIGNED_IN)
class MeView(APIView):
    """Who the caller is, what they may see at most, and until when."""

    @extend_schema(operation_id="me", responses={200: MeSerializer} | problems(401), tags=["me"])
    def get(self, request: Request) -> Response:
        return Response(MeSerializer(facts_about(request.user, request._request.subject)).data)
