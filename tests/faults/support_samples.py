"""Objects of the support API as its vendor's pages and other people's connectors show them, in each kind that is known.

They hold what the sandbox does not give: older forms, kinds of values that only some accounts have, and the fields that
pages name.
"""

from __future__ import annotations

from typing import Any, Final

_PERSON: Final = {"id": 8, "email": "a@b.c", "name": "A B", "firstname": "A", "lastname": "B", "meta": {"x-y": [1]}}
_FIELD: Final = {
    "id": 601,
    "object_type": "Customer",
    "label": "Plan",
    "description": None,
    "priority": 1,
    "required": False,
    "external_id": None,
    "managed_type": "ai_intent",
    "definition": {
        "data_type": "number",
        "input_settings": {"input_type": "input_number", "min": 0, "max": 2.5, "default": 1, "placeholder": "0"},
    },
    "created_datetime": "2024-11-01T10:59:29+00:00",
    "updated_datetime": "2024-11-01 10:59:29.123456+00:00",
    "deactivated_datetime": None,
}
_TICKET: Final = {
    "id": 30,
    "uri": "/api/tickets/30/",
    "status": "open",
    "priority": "critical",
    "subject": "x" * 998,
    "spam": None,
    "customer": _PERSON,
    "requester": _PERSON,
    "assignee_user": {**_PERSON, "meta": None},
    "assignee_user_id": 8,
    "assignee_team": {"id": 1, "name": "T", "decoration": {"emoji": "x"}},
    "assignee_team_id": None,
    "summary": "short",
    "custom_fields": {"601": {"id": 601, "value": "a::b"}},
    "integrations": [{"id": 1, "x-y": {"1": 2}}],
    "meta": {"9": None},
    "reply_options": {"email": {"answerable": True}},
    "satisfaction_survey": {"id": 1, "score": 5},
    "messages": [{"id": 1, "created_datetime": "2024-11-01T10:59:29"}],
    "events": [],
    "tags": [{"id": 1, "name": "vip", "uri": "/api/tags/1/", "decoration": None}],
    "created_datetime": "2019-04-13T03:27:56.973873",
    "updated_datetime": "2019-04-13T03:27:56+0000",
}

SAMPLES: Final[dict[str, list[dict[str, Any]]]] = {
    "account": [
        {
            "domain": "acme",
            "status": {"status": "active"},
            "settings": [
                {"id": 1, "type": "a", "data": [{"1": 2}], "name": "Opening hours"},
                {"id": 2, "type": "b", "data": {"3": {}}, "name": None},
            ],
            "current_subscription": None,
            "meta": {"x": 1},
        }
    ],
    "customers": [
        {**_PERSON, "id": 1, "error": "over quota", "custom_fields": {"601": {"id": 601, "value": "gold"}}},
        {**_PERSON, "id": 3, "custom_fields": [{"id": 601, "value": "gold"}, {"id": 602, "value": ["a"]}]},
        {**_PERSON, "id": 2, "channels": [{"id": 1, "type": "email", "address": "a@b.c", "preferred": True}]},
    ],
    "customer_custom_fields": [
        {"field": {**_FIELD, "id": number}, "value": value}
        for number, value in enumerate(("gold", 7, 2.5, True, None, ["a"], {"x-y": 1}), 600)
    ],
    "custom_fields": [
        _FIELD,
        {"id": 7, "definition": {"data_type": "boolean", "input_settings": {"default": True, "choices": [True, "x"]}}},
        {"id": 8, "definition": {"data_type": "text", "input_settings": {"default": "x", "choices": ["a::b"]}}},
    ],
    "tickets": [_TICKET, {"id": 31, "summary": {"content": "long"}, "custom_fields": None, "spam": True, "meta": None}],
    "messages": [
        {
            "id": 1,
            "headers": {"A-b": ["c"]},
            "meta": {"x": 1},
            "last_sending_error": {"error": "x"},
            "mention_ids": [4],
        },
        {"id": 2, "headers": "A: b", "meta": "{}", "last_sending_error": "Mailbox full", "mention_ids": None},
        {
            "id": 3,
            "intents": [{"name": "order/status", "is_user_feedback": True}],
            "actions": [{"name": "setStatus", "arguments": {"x-y": 1}}],
            "attachments": [{"url": "https://files.example.com/1", "extra": {"1": 2}}],
            "macros": [{"id": 1}],
            "source": {"type": "email", "to": [{"name": "A", "address": "a@b.c"}], "extra": {"x-y": 1}},
            "public": False,
            "replied_by": {"ticket_id": 1, "ticket_message_id": 2},
        },
    ],
    "events": [
        {
            "id": 1,
            "context": "5a2c",
            "type": "ticket-closed",
            "object_type": "Ticket",
            "object_id": 30,
            "user_id": None,
        },
        {"id": 2, "type": "rule-executed", "object_type": "Rule", "object_id": 3, "data": {"x-y": {"1": [2]}}},
    ],
    "satisfaction_surveys": [
        {"id": 1, "score": None, "should_send_datetime": None, "meta": {}},
        {"id": 2, "score": 5, "body_text": "", "scored_datetime": "2024-11-01T10:59:29", "meta": None},
    ],
    "users": [
        {"id": number, "name": "A", "role": {"name": name}, "meta": {"x-y": 1}}
        for number, name in enumerate(
            ("admin", "agent", "basic-agent", "bot", "internal-agent", "lite-agent", "observer-agent"), 1
        )
    ],
    "teams": [
        {"id": 1, "decoration": {"emoji": "x"}, "members": []},
        {
            "id": 2,
            "decoration": {"emoji": {"id": "a", "skin": None, "unified": "1f"}},
            "members": [{"id": 8, "meta": {}}],
        },
        {"id": 3, "decoration": {"emoji": None}, "members": None},
        {"id": 4, "decoration": None},
    ],
    "tags": [
        {"id": 1, "name": "vip", "decoration": {"color": "#fff"}, "usage": 3, "deleted_datetime": None},
        {"id": 2, "name": "old", "decoration": None, "deleted_datetime": "2024-11-01T10:59:29.5+00:00"},
    ],
    "views": [
        {
            "id": 77,
            "slug": "open",
            "type": "ticket-list",
            "category": None,
            "visibility": "shared",
            "fields": ["details", "tags"],
            "filters": "eq(ticket.assignee_user.id, 8)",
            "filters_ast": {"type": "Program", "body": [{"type": "X", "body": [{"x-y": [[]]}]}]},
            "shared_with_users": [{"id": 8, "name": "A", "meta": {"x": 1}}],
            "shared_with_teams": [{"id": 1, "name": "T", "decoration": {"emoji": {"id": "a"}}}],
            "decoration": {"emoji": "x"},
            "search": None,
            "section_id": 4,
            "deactivated_datetime": None,
        }
    ],
    "views_items": [_TICKET],
    "rules": [
        {
            "id": 1,
            "event_types": "ticket-created,ticket-updated",
            "priority": 100,
            "code_ast": {"body": [{"x-y": [{}]}]},
        },
        {"id": 2, "type": "managed", "deactivated_datetime": "2024-11-01T10:59:29", "code_ast": None},
    ],
    "macros": [
        {
            "id": 1,
            "external_id": None,
            "intent": None,
            "actions": [{"name": "addTags", "title": "Tag", "type": "user", "arguments": {"tags": "a", "x-y": [1]}}],
            "updated_datetime": "2024-11-01T10:59:29",
            "archived_datetime": "2024-11-01T10:59:29",
        }
    ],
    "jobs": [
        {
            "id": 1,
            "status": "cancel_requested",
            "params": {"x-y": 1},
            "info": {"1": 2},
            "meta": {"a": []},
            **dict.fromkeys(
                (
                    *(
                        "created_datetime",
                        "scheduled_datetime",
                        "started_datetime",
                        "ended_datetime",
                        "failed_datetime",
                    ),
                    *("locked_datetime", "cancel_requested_datetime", "cancelled_datetime"),
                ),
                "2024-11-01T10:59:29",
            ),
        }
    ],
    "integrations": [
        {"id": 1, "type": "http", "http": {"url": "https://x.example.com", "headers": {"X-Y": "z"}}, "meta": {"1": 2}},
        {"id": 2, "type": "email", "http": None, "application_id": 5, "user": {"id": 8}, "managed": False},
        {"id": 3, "type": "app", "application_id": "5fd0", "locked_datetime": None},
    ],
    "widgets": [
        {
            "id": 1,
            "context": "ticket",
            "order": 0,
            "template": {"type": "wrapper", "widgets": [{"type": "card", "widgets": [{"x-y": 1}]}]},
            "integration_id": None,
            "app_id": "63ce",
        }
    ],
    "voice_calls": [
        {"id": 1, "duration": None, "direction": "inbound", "last_rang_agent_id": None, "has_voicemail": False},
        {"id": 2, "duration": 12, "queue_id": 1, "status_in_queue": "answered", "summaries": [{"x-y": {"1": 2}}]},
    ],
    "voice_call_events": [
        {"id": 1, "type": "phone-call-answered", "account_id": 1, "call_id": 2, "meta": "{}"},
        {"id": 2, "type": "voicemail-recording", "user_id": None, "customer_id": 3, "meta": {"x-y": [1]}},
    ],
    "voice_call_recordings": [
        {"id": 1, "type": "voicemail", "url": None, "error_code": "RECORDING_IS_PRIVATE", "duration": None},
        {"id": 2, "url": "https://x.example.com/1.mp3", "transcription_status": "completed", "deleted_by_user_id": 8},
    ],
}
"""For each stream what its answers can hold."""
