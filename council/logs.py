"""What the processes print, and where: warnings to the console, requests of the development server, nothing of content."""

CONSOLE = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
    "loggers": {
        "django.server": {"handlers": ["console"], "level": "INFO", "propagate": False},
        # It warns that a folder has no host name.
        "kombu.connection": {"level": "ERROR"},
    },
}
