from django.apps import AppConfig
from django.utils.module_loading import import_string
from django.utils.translation import gettext_lazy as _

from council import rewrapping


class AuditConfig(AppConfig):
    name = "council.audit"
    label = "audit"
    verbose_name = _("監査")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        # By name: what is wrapped are models, which are not loaded when this file is read.
        rewrapping.register(*import_string("council.audit.wraps.STORES"))
        # Years that make no sense stop the boot.
        import_string("council.audit.retention.classes")()
