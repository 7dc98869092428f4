{#- Fails for each key that several rows have, or that is missing in part. A table that was not loaded passes. -#}
{% test unique_key(model, columns) %}
{%- set present = tap_analytics.columns_of(model) -%}
{%- set keys = [] -%}
{%- for column in columns -%}{%- do keys.append(adapter.quote(column)) -%}{%- endfor -%}
select
    {{ keys | join(', ') if present or not execute else '1 as nothing' }}
{%- if present %},
    count(*) as found
from {{ model }}
{{ 'where _sdc_deleted_at is null' if '_sdc_deleted_at' in present }}
group by {{ keys | join(', ') }}
having count(*) > 1{% for key in keys %} or {{ key }} is null{% endfor %}
{%- else %}
where false
{%- endif %}
{% endtest %}
