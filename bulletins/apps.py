from django.apps import AppConfig
from django.utils.module_loading import import_string

from council.audit import names


class BulletinsConfig(AppConfig):
    name = "bulletins"
    verbose_name = "what is shared"

    def ready(self) -> None:
        # By name: the resolver needs models, which are not loaded when this file is read.
        names.register(import_string("bulletins.naming.BulletinNames")())
