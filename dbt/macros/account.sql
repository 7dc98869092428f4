{#- What the subscription account says, or what a variable says instead. -#}
{% macro account_value(column, variable, default) %}
{%- set relation = source('tap_analytics', 'account') -%}
{%- if var(variable) -%}
    {{ return(var(variable)) }}
{%- endif -%}
{%- if column in tap_analytics.columns_of(relation) -%}
    {%- set found = run_query('select ' ~ column ~ ' from ' ~ relation ~ ' where ' ~ column ~ ' is not null limit 1') -%}
    {%- if found.rows -%}
        {{ return(found.rows[0][0]) }}
    {%- endif -%}
{%- endif -%}
{{ return(default) }}
{% endmacro %}


{#- The account's currency, as a text. -#}
{% macro currency() %}
{{ return(tap_analytics.account_value('currency', 'tap_analytics_currency', 'unknown')) }}
{% endmacro %}


{#- The name of the account's time zone. -#}
{% macro time_zone() %}
{{ return(tap_analytics.account_value('time_zone', 'tap_analytics_time_zone', 'UTC')) }}
{% endmacro %}
