"""The phone calls of the support desk. Their lists take no order."""

from __future__ import annotations

from tap_analytics.apis.support.client import SupportStream


class VoiceCalls(SupportStream):
    """The phone calls with customers."""

    name = "voice_calls"
    path = "/phone/voice-calls"
    primary_keys = ("id",)


class VoiceCallEvents(SupportStream):
    """What happened in the course of each call."""

    name = "voice_call_events"
    path = "/phone/voice-call-events"
    primary_keys = ("id",)


class VoiceCallRecordings(SupportStream):
    """The recordings of calls, and the voicemails."""

    name = "voice_call_recordings"
    path = "/phone/voice-call-recordings"
    primary_keys = ("id",)
