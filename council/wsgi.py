"""WSGI entry point for the web process."""

import os

from django.core.wsgi import get_wsgi_application
from django.utils.module_loading import import_string

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "council.settings")
application = get_wsgi_application()
# By name: what it touches are models, which are not loaded before the line above.
import_string("council.zone.need_agreement")()
import_string("council.settings_watch.note_changes_at_start")("web")
