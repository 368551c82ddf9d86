"""Release in guardian's direct-foreign-key tables. They only store who a bulletin is released to: nothing asks has_perm().

The reverse names stay on, because guardian finds its tables through them; a rule test keeps everybody else away.
"""

from django.db import models
from guardian.models import GroupObjectPermissionBase, UserObjectPermissionBase

from bulletins.models.bulletin import Bulletin


class PersonGrant(UserObjectPermissionBase):
    """A bulletin released to one person."""

    content_object = models.ForeignKey(Bulletin, on_delete=models.CASCADE, related_name="person_grants")


class GroupGrant(GroupObjectPermissionBase):
    """A bulletin released to the group of an organisation or of a subcommittee."""

    content_object = models.ForeignKey(Bulletin, on_delete=models.CASCADE, related_name="group_grants")
