{#- Fails for each key that several rows have, or that is missing in part. A table that was not loaded passes.

Rows that have null in a column that may be null have no key, so they pass, as with a unique index of SQL. -#}
{% test unique_key(model, columns, nullable=[]) %}
{%- set present = tap_analytics.columns_of(model) -%}
{%- set keys = [] -%}
{%- for column in columns -%}{%- do keys.append(adapter.quote(column)) -%}{%- endfor -%}
select
    {{ keys | join(', ') if present or not execute else '1 as nothing' }}
{%- if present %},
    count(*) as found
from {{ model }}
where true
    {{- ' and _sdc_deleted_at is null' if '_sdc_deleted_at' in present }}
    {%- for column in nullable %} and {{ adapter.quote(column) }} is not null{% endfor %}
group by {{ keys | join(', ') }}
having count(*) > 1{% for key in keys %} or {{ key }} is null{% endfor %}
{%- else %}
where false
{%- endif %}
{% endtest %}
