"""What may not leave the data: identifiers of people, and cells of so few that someone could be recognized."""

from helpers.disclosure.cells import suppress
from helpers.disclosure.identifiers import free_text, identifier, masked, personal_name

__all__ = ["free_text", "identifier", "masked", "personal_name", "suppress"]
