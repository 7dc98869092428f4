"""The words in which a resource is declared: those of dlt's REST API configurations, as far as they work here.

A word is one field of one of these types, with its description; `base` says how a word is refused or passed over. The
checks before the first request (`conversion`) and the published JSON schema (`json_schema`) are made from them.
"""

from __future__ import annotations

from tap_analytics.apis.declared.vocabulary.authentication import (
    ApiKeyWord,
    AuthWord,
    BearerWord,
    ClientCredentialsWord,
    HttpBasicWord,
)
from tap_analytics.apis.declared.vocabulary.columns import Column
from tap_analytics.apis.declared.vocabulary.endpoints import Endpoint, ErrorHandler, ResolveWord, ResponseAction
from tap_analytics.apis.declared.vocabulary.incremental import Incremental
from tap_analytics.apis.declared.vocabulary.paginators import (
    AutoWord,
    CursorWord,
    HeaderCursorWord,
    HeaderLinkWord,
    JsonLinkWord,
    OffsetWord,
    PageNumberWord,
    Pages,
    PaginatorWord,
    SinglePageWord,
)
from tap_analytics.apis.declared.vocabulary.resources import (
    ClientWords,
    Configuration,
    DispositionWord,
    Resource,
    ResourceDefaults,
)

__all__ = [
    "ApiKeyWord",
    "AuthWord",
    "AutoWord",
    "BearerWord",
    "ClientCredentialsWord",
    "ClientWords",
    "Column",
    "Configuration",
    "CursorWord",
    "DispositionWord",
    "Endpoint",
    "ErrorHandler",
    "HeaderCursorWord",
    "HeaderLinkWord",
    "HttpBasicWord",
    "Incremental",
    "JsonLinkWord",
    "OffsetWord",
    "PageNumberWord",
    "Pages",
    "PaginatorWord",
    "ResolveWord",
    "Resource",
    "ResourceDefaults",
    "ResponseAction",
    "SinglePageWord",
]
