{#- An instant, which the tables have in UTC, as the wall clock of the account's time zone shows it. -#}
{% macro local_time(column) -%}
(({{ column }} at time zone 'UTC') at time zone {{ tap_analytics.account('time_zone') }})
{%- endmacro %}


{#- The day of an instant in the account's time zone. -#}
{% macro local_day(column) %}cast({{ tap_analytics.local_time(column) }} as date){% endmacro %}


{#- The first day of the month of a day. -#}
{% macro month_of(day) %}cast(date_trunc('month', {{ day }}) as date){% endmacro %}


{#- The last day of the month of a day. -#}
{% macro month_end(day) %}cast(date_trunc('month', {{ day }}) + interval '1 month' - interval '1 day' as date){% endmacro %}


{#- How many months lie between two first days of months. -#}
{% macro months_between(later, earlier) -%}
cast(
    (extract(year from {{ later }}) - extract(year from {{ earlier }})) * 12
    + extract(month from {{ later }}) - extract(month from {{ earlier }}) as integer
)
{%- endmacro %}


{#- One row for each day or month from one day to another, in the list of a select. -#}
{% macro each(step, first, last) %}{{ return(adapter.dispatch('each', 'tap_analytics')(step, first, last)) }}{% endmacro %}


{% macro default__each(step, first, last) -%}
cast(generate_series(cast({{ first }} as timestamp), cast({{ last }} as timestamp), interval '1 {{ step }}') as date)
{%- endmacro %}


{% macro duckdb__each(step, first, last) -%}
cast(unnest(generate_series(cast({{ first }} as timestamp), cast({{ last }} as timestamp), interval '1 {{ step }}')) as date)
{%- endmacro %}


{#- The minutes from one instant to another. -#}
{% macro minutes_between(earlier, later) -%}
cast(extract(epoch from ({{ later }} - {{ earlier }})) / 60 as double precision)
{%- endmacro %}
