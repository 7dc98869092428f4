{%- set kinds = {
    'new_biz': 'new_business', 'expansion': 'expansion', 'contraction': 'contraction', 'churn': 'churn',
    'reactivation': 'reactivation'
} -%}
with movements as (

    select
        {{ tap_analytics.month_of('day') }} as month,
        currency,
        {%- for type, name in kinds.items() %}
        sum(case when type = '{{ type }}' then movement else 0 end) as {{ name }},
        {%- endfor %}
        sum(case when type <> 'opening' then movement else 0 end) as net
    from {{ ref('int_mrr_movements') }}
    group by {{ tap_analytics.month_of('day') }}, currency

)

select
    months.month,
    months.currency,
    {{ tap_analytics.money('months.mrr - coalesce(movements.net, 0)') }} as opening_mrr,
    {%- for name in kinds.values() %}
    {{ tap_analytics.money('coalesce(movements.' ~ name ~ ', 0)') }} as {{ name }},
    {%- endfor %}
    {{ tap_analytics.money('coalesce(movements.net, 0)') }} as net,
    months.mrr as closing_mrr,
    months.is_complete
from {{ ref('mrr_by_month') }} as months
left join movements on months.month = movements.month and months.currency = movements.currency
