{#- What the account says: time_zone, currency or today. -#}
{% macro account(column) %}(select account.{{ column }} from {{ ref('int_account') }} as account){% endmacro %}
