{#- An amount in units of its currency, from one in the currency's smallest unit. -#}
{% macro units(column, currency) %}
{%- set digits = var('tap_analytics_decimal_digits') -%}
cast(cast({{ column }} as numeric(28, 8)) * case
    {%- for count, currencies in digits.items() if currencies %}
    when {{ currency }} in ('{{ currencies | join("', '") }}') then {{ '1' if count | int == 0 else '0.' ~ '0' * (count | int - 1) ~ '1' }}
    {%- endfor %}
    else 0.01
end as numeric(28, 6))
{%- endmacro %}


{#- An amount as reports show it. -#}
{% macro money(expression) %}cast({{ expression }} as numeric(18, 2)){% endmacro %}
