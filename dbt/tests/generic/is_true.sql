{#- Fails for each row for which an expression is false or null. -#}
{% test is_true(model, expression) %}
select *
from {{ model }}
where not coalesce({{ expression }}, false)
{% endtest %}
