{#- A JSON column as such, with SQL's null where the API gave JSON's. -#}
{% macro json_value(column) %}{{ return(adapter.dispatch('json_value', 'tap_analytics')(column)) }}{% endmacro %}


{% macro default__json_value(column) -%}
{{ 'cast(null as jsonb)' if column == 'null' else "nullif(to_jsonb(" ~ column ~ "), 'null'::jsonb)" }}
{%- endmacro %}


{% macro duckdb__json_value(column) -%}
cast(nullif(cast({{ column }} as varchar), 'null') as json)
{%- endmacro %}


{#- A field of a JSON object, as a text. -#}
{% macro json_text(column, field) %}({{ column }} ->> '{{ field }}'){% endmacro %}


{#- A join that gives a row for each element of a JSON array, as the column `value` of the alias. -#}
{% macro each_element(column, alias) %}{{ return(adapter.dispatch('each_element', 'tap_analytics')(column, alias)) }}{% endmacro %}


{% macro default__each_element(column, alias) -%}
cross join lateral jsonb_array_elements(
    case when jsonb_typeof({{ column }}) = 'array' then {{ column }} else '[]'::jsonb end
) as {{ alias }} (value)
{%- endmacro %}


{% macro duckdb__each_element(column, alias) -%}
cross join lateral (
    select unnest(cast(case when json_type({{ column }}) = 'ARRAY' then {{ column }} else '[]' end as json[])) as value
) as {{ alias }}
{%- endmacro %}


{#- Whether a JSON object or array has nothing in it, or is missing. -#}
{% macro json_is_empty(column) %}coalesce(cast({{ column }} as {{ dbt.type_string() }}), '{}') in ('{}', '[]'){% endmacro %}
