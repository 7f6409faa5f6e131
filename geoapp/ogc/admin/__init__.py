"""What an administrator may configure of the services."""

from geoapp.ogc.admin import consumers, webhooks

__all__ = ["consumers", "webhooks"]
