{#- The rows of a stream with plain types, as far as the stream was loaded.

A stream that is not selected has no table, and a column that is not selected is missing in it. Such a stream has no
rows, and such a column is null, so that everything builds whatever is selected. -#}
{% macro stage(relation, columns) %}
{%- set present = tap_analytics.columns_of(relation) -%}
select
    {%- for name, kind in columns.items() %}
    {{ tap_analytics.typed(adapter.quote(name) if name in present else 'null', kind, 'currency' in present) }} as {{ adapter.quote(name.replace('_in_cents', '')) }}
    {{- ',' if not loop.last }}
    {%- endfor %}
{%- if present %}
from {{ relation }}
{%- if '_sdc_deleted_at' in present %}
where _sdc_deleted_at is null
{%- endif %}
{%- else %}
where false -- the stream was not loaded
{%- endif %}
{% endmacro %}


{#- The names of a table's columns; none if there is no such table. -#}
{% macro columns_of(relation) %}
{%- set names = [] -%}
{%- if execute -%}
    {%- set found = load_relation(relation) -%}
    {%- if found is not none -%}
        {%- for column in adapter.get_columns_in_relation(found) -%}
            {%- do names.append(column.name) -%}
        {%- endfor -%}
    {%- endif -%}
{%- endif -%}
{{ return(names) }}
{% endmacro %}


{#- A column as one of the kinds text, integer, number, boolean, date, timestamp, json, money, account_money. -#}
{% macro typed(column, kind, has_currency) %}
{%- if kind == 'json' -%}
    {{ tap_analytics.json_value(column) }}
{%- elif kind == 'text' -%}
    nullif(cast({{ column }} as {{ dbt.type_string() }}), '')
{%- elif kind == 'money' -%}
    {{ tap_analytics.units(column, adapter.quote('currency') if has_currency else tap_analytics.account('currency')) }}
{%- elif kind == 'account_money' -%}
    {{ tap_analytics.units(column, tap_analytics.account('currency')) }}
{%- else -%}
    cast({{ column }} as {{ {
        'integer': 'bigint', 'number': 'double precision', 'boolean': 'boolean', 'date': 'date',
        'timestamp': 'timestamp'
    }[kind] }})
{%- endif -%}
{% endmacro %}
