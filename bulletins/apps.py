from django.apps import AppConfig
from django.utils.module_loading import import_string

from council import rewrapping
from council.audit import names


class BulletinsConfig(AppConfig):
    name = "bulletins"
    verbose_name = "what is shared"

    def ready(self) -> None:
        # By name: the resolvers need models, which are not loaded when this file is read.
        names.register(import_string("bulletins.naming.BulletinNames")())
        names.register(import_string("bulletins.naming.PackageNames")())
        rewrapping.register(*import_string("bulletins.wraps.STORES"))
        # Settings that can't be checked where they are read: what they say must hold before anything starts.
        import_string("bulletins.deadlines.table")()
        import_string("bulletins.ladder.steps")()
