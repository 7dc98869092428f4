with months as (

    select * from {{ ref('int_months') }}

),

paid as (

    select
        customer_uuid,
        min(case when mrr > 0 then valid_from end) as paid_since
    from {{ ref('int_customer_mrr') }}
    group by customer_uuid

),

customers as (

    select
        coalesce(customers.uuid, paid.customer_uuid) as customer_uuid,
        paid.paid_since,
        least(
            {{ tap_analytics.local_day('customers.lead_created_at') }},
            {{ tap_analytics.local_day('customers.free_trial_started_at') }},
            {{ tap_analytics.local_day('customers.customer_since') }},
            paid.paid_since
        ) as seen_since
    from {{ ref('stg_subscription__customers') }} as customers
    full outer join paid on customers.uuid = paid.customer_uuid

),

paying as (

    select distinct
        months.month,
        mrr.customer_uuid
    from months
    inner join {{ ref('int_customer_mrr') }} as mrr
        on months.last_day >= mrr.valid_from and months.last_day < mrr.valid_until
    where mrr.mrr > 0

),

statuses as (

    select
        months.month,
        customers.customer_uuid,
        case
            when paying.customer_uuid is not null then 'active'
            when customers.paid_since <= months.last_day then 'churned'
            else 'lead'
        end as status
    from months
    inner join customers on months.last_day >= customers.seen_since
    left join paying on months.month = paying.month and customers.customer_uuid = paying.customer_uuid

)

select
    month,
    status,
    count(*) as customers
from statuses
group by month, status
