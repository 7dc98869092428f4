{%- set kinds = ['new_business', 'expansion', 'contraction', 'churn', 'reactivation'] -%}
-- What the activities add up to is, to the cent, what the service itself reports for each month. Where it is not, the
-- service has recalculated old activities: read them whole (`meltano run --full-refresh`).
with ours as (

    select * from {{ ref('mrr_movements_by_month') }}
    where currency = {{ tap_analytics.account('currency') }}

),

theirs as (

    select
        {{ tap_analytics.month_of('date') }} as month,
        mrr
        {%- for kind in kinds %},
        mrr_{{ kind }} as {{ kind }}
        {%- endfor %}
    from {{ ref('stg_subscription__mrr_monthly') }}
    where date < {{ tap_analytics.account('today') }}

)

select
    theirs.*,
    ours.closing_mrr
    {%- for kind in kinds %},
    ours.{{ kind }} as our_{{ kind }}
    {%- endfor %}
from theirs
inner join ours on theirs.month = ours.month
where
    abs(theirs.mrr - ours.closing_mrr) >= 0.01
    or (
        -- The first month can have begun before the first activity that was read.
        (ours.opening_mrr = 0 or theirs.month > (select min(month) from ours))
        and (
            {%- for kind in kinds %}
            {{ 'or ' if not loop.first }}abs(theirs.{{ kind }} - ours.{{ kind }}) >= 0.01
            {%- endfor %}
        )
    )
