with months as (

    select * from {{ ref('int_months') }}

),

customers as (

    select * from {{ ref('int_customers') }}

),

paying as (

    select distinct
        months.month,
        mrr.customer_uuid
    from months
    inner join {{ ref('customer_mrr') }} as mrr
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
