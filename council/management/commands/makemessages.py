"""Django's makemessages, which here also collects the words that are marked by `lazy`, `say` and `gettext_noop`."""

from django.core.management.commands import makemessages


class Command(makemessages.Command):
    help = __doc__
    xgettext_options = [
        *makemessages.Command.xgettext_options,
        "--keyword=lazy",
        "--keyword=say",
        "--keyword=gettext_noop",
    ]
