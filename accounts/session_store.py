"""Sessions as Django keeps them in the database, and beside the content of each whose it is."""

from collections.abc import Mapping

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends import db

from accounts.models import Session


class SessionStore(db.SessionStore):
    """Writes down whose a session is whenever its content is written: by whatever way somebody was signed in, none can be missed."""

    @classmethod
    def get_model_class(cls) -> type[Session]:
        return Session

    def create_model_instance(self, data: Mapping[str, object]) -> Session:
        row = super().create_model_instance(data)
        row.person = data.get(SESSION_KEY)
        return row
