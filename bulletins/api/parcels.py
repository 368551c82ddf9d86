"""What the API says of a package. No title, no caveat: nothing that is inside."""

from django.http import HttpRequest
from drf_spectacular.utils import OpenApiExample
from rest_framework import serializers

from bulletins.api.answers import url_of
from bulletins.api.choices import TierShown
from bulletins.packages import Parcel


class FileNamesAnswer(serializers.Serializer):
    """The names under which the opener looks for the four files."""

    manifest = serializers.CharField()
    signature = serializers.CharField()
    age = serializers.CharField()
    proof = serializers.CharField()


class FileLinksAnswer(serializers.Serializer):
    manifest = serializers.URLField()
    signature = serializers.URLField()
    age = serializers.URLField()
    proof = serializers.URLField()


class PackageAnswer(serializers.Serializer):
    """A package. `version` counts up over all packages of the bulletin for the organisation."""

    id = serializers.UUIDField()
    bulletin = serializers.UUIDField()
    reference = serializers.CharField()
    revision = serializers.IntegerField()
    version = serializers.IntegerField()
    tier = TierShown()
    released_at = serializers.DateTimeField()
    fetched_at = serializers.DateTimeField(
        allow_null=True, help_text="When the last byte of the age file was taken for the first time"
    )
    size = serializers.IntegerField(help_text="Bytes of the age file")
    key_fingerprint = serializers.CharField(help_text="SHA-256 of the key that it is sealed to")
    not_after = serializers.DateTimeField(allow_null=True, help_text="It is opened up to this moment and not later")
    files = FileNamesAnswer()
    links = FileLinksAnswer()


class PackagesAnswer(serializers.Serializer):
    """A page of packages, without any total, the verifier key of their manifests, and those of the logs that their proofs are of."""

    results = PackageAnswer(many=True)
    next = serializers.URLField(allow_null=True)
    vkey = serializers.CharField()
    log_vkeys = serializers.ListField(child=serializers.CharField())


class ManifestAnswer(serializers.Serializer):
    """RFC 8785, exactly these members."""

    format = serializers.CharField()
    v = serializers.IntegerField()
    package = serializers.UUIDField()
    version = serializers.IntegerField()
    organisation = serializers.UUIDField()
    recipient = serializers.CharField()
    bulletin = serializers.UUIDField()
    revision = serializers.IntegerField()
    tier = TierShown()
    subcommittees = serializers.ListField(child=serializers.UUIDField())
    header = serializers.CharField()
    payload = serializers.CharField()
    not_after = serializers.DateTimeField(allow_null=True)
    log_origin = serializers.CharField()


def body(request: HttpRequest, parcel: Parcel) -> dict:
    package, manifest, names = parcel.package, parcel.manifest, parcel.names
    return {
        "id": package.pk,
        "bulletin": manifest.bulletin,
        "reference": package.bulletin.reference,
        "revision": manifest.revision,
        "version": manifest.version,
        "tier": int(parcel.tier),
        "released_at": package.released_at,
        "fetched_at": package.fetched_at,
        "size": parcel.size,
        "key_fingerprint": manifest.recipient,
        "not_after": manifest.not_after,
        "files": names._asdict(),
        "links": {file: url_of(request, f"package-{file}", package.pk) for file in names._fields},
    }


_ID = "0d6a2f5c-3f0b-4a59-8a6c-1d0f4c1e7a20"
_LINK = f"https://portal.example/api/v1/packages/{_ID}"
EXAMPLE = OpenApiExample(
    "packages",
    value={
        "results": [
            {
                "id": _ID,
                "bulletin": "6f0c2f0e-7d0a-4c57-9a53-0f4f6d1f9b11",
                "reference": "SC-7KQ4",
                "revision": 2,
                "version": 3,
                "tier": 2,
                "released_at": "2026-11-21T21:30:00+09:00",
                "fetched_at": None,
                "size": 68214,
                "key_fingerprint": "4f4ef02f320dcd29e0591b267fff8d972b3c03940173ccdab15fe1569c79fd0c",
                "not_after": None,
                "files": {
                    "manifest": f"{_ID}.manifest.json",
                    "signature": f"{_ID}.manifest.sig",
                    "age": f"{_ID}.age",
                    "proof": f"{_ID}.tlog-proof",
                },
                "links": {file: f"{_LINK}/{file}/" for file in ("manifest", "signature", "age", "proof")},
            }
        ],
        "next": None,
        "vkey": "portal.example/packages+a9d5f2c4+AUuYlrZFz+AEnezFnVwPAJtbBNbT/kVkgoxyGi3Kfkz5",
        "log_vkeys": [
            "portal.example/log/tier-1+a4f1f106+AXm1Vi6P5lT5QHixEuipi6eQH4U65pW+1+DjkQutBJZk",
            "portal.example/log/tier-2+193f40ff+AUPNwCPSLV+eEH0aBpNFfTXR0Q630hxyEZL1b13kBmXT",
            "portal.example/log/tier-3+bae27e66+AUge3nctoVeFyeWaCGIBuMP5wwcSnj/G1/NKpN/tWBTl",
        ],
    },
    response_only=True,
    status_codes=["200"],
)
