from django.apps import AppConfig
from django.utils.module_loading import import_string

from council import crypto_inventory, probes, rewrapping


class AccountsConfig(AppConfig):
    name = "accounts"
    verbose_name = "people, organisations, clearances"

    def ready(self) -> None:
        # By name: it needs models, which are not loaded when this file is read.
        crypto_inventory.register(import_string("accounts.key_inventory.section"))
        crypto_inventory.register(import_string("accounts.review_report.section"))
        probes.register("rosters", import_string("accounts.roster_reconciling.probe"))
        rewrapping.register(*import_string("accounts.factors.STORES"))
