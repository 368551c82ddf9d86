from django.apps import AppConfig
from django.utils.module_loading import import_string


class CouncilConfig(AppConfig):
    name = "council"
    verbose_name = "the frame"

    def ready(self) -> None:
        # Registers the checks; models must be loaded before they can be imported.
        import_string("council.checks.check_keyring")
