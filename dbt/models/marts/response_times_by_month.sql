{%- set columns = ['first_response_minutes', 'resolution_minutes'] -%}
select
    created_month as month,
    count(*) as tickets,
    count(first_response_minutes) as answered_tickets,
    count(resolution_minutes) as closed_tickets
    {%- for column in columns %},
    percentile_cont(0.5) within group (order by {{ column }}) as median_{{ column }},
    percentile_cont(0.9) within group (order by {{ column }}) as p90_{{ column }}
    {%- endfor %}
from {{ ref('ticket_times') }}
group by created_month
