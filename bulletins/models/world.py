"""Which things a world file or the demo made, under which key, so that a second run finds them."""

from django.db import models


class WorldKey(models.Model):
    """`origin` is "world" or "demo", `kind` the list of the file, `key` its key there, `made` the id of what was made."""

    origin = models.CharField(max_length=8)
    kind = models.CharField(max_length=16)
    key = models.CharField(max_length=80)
    made = models.UUIDField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "key"], name="each_world_key_once")]

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"
