-- Each month begins with what the month before ended with, and its movements lead to what it ends with.
with months as (

    select
        *,
        lag(closing_mrr) over (partition by currency order by month) as closing_mrr_before
    from {{ ref('mrr_movements_by_month') }}

)

select *
from months
where
    opening_mrr <> coalesce(closing_mrr_before, opening_mrr)
    or opening_mrr + net <> closing_mrr
    or new_business + expansion + contraction + churn + reactivation <> net
