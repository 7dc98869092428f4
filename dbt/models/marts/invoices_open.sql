with invoices as (

    select
        *,
        {{ tap_analytics.local_day('date') }} as invoice_day,
        {{ tap_analytics.local_day('coalesce(due_date, date)') }} as due_day
    from {{ ref('stg_subscription__invoices') }}
    where
        not coalesce(disabled, false)
        and {{ tap_analytics.json_is_empty('errors') }}
        and coalesce(status, 'open') not in ('paid', 'void', 'voided', 'written_off', 'refunded')

),

totals as (

    select
        invoices.uuid,
        sum(cast({{ tap_analytics.json_text('item.value', 'amount_in_cents') }} as numeric(28, 8))) as total
    from invoices
    {{ tap_analytics.each_element('invoices.line_items', 'item') }}
    group by invoices.uuid

),

payments as (

    select
        invoices.uuid,
        sum(cast({{ tap_analytics.json_text('payment.value', 'amount_in_cents') }} as numeric(28, 8))) as paid
    from invoices
    {{ tap_analytics.each_element('invoices.transactions', 'payment') }}
    where
        {{ tap_analytics.json_text('payment.value', 'type') }} = 'payment'
        and {{ tap_analytics.json_text('payment.value', 'result') }} = 'successful'
    group by invoices.uuid

),

customers as (

    select * from {{ ref('stg_subscription__customers') }}

)

select
    invoices.uuid as invoice_uuid,
    invoices.external_id as invoice_external_id,
    invoices.customer_uuid,
    coalesce(customers.company, customers.name) as customer_name,
    customers.email as customer_email,
    invoices.currency,
    invoices.invoice_day,
    invoices.due_day,
    invoices.due_day < {{ tap_analytics.account('today') }} as is_overdue,
    greatest({{ tap_analytics.account('today') }} - invoices.due_day, 0) as days_overdue,
    {{ tap_analytics.money(tap_analytics.units('totals.total', 'invoices.currency')) }} as amount_total,
    {{ tap_analytics.money(tap_analytics.units('coalesce(payments.paid, 0)', 'invoices.currency')) }} as amount_paid,
    {{ tap_analytics.money(tap_analytics.units('totals.total - coalesce(payments.paid, 0)', 'invoices.currency')) }}
        as amount_due
from invoices
inner join totals on invoices.uuid = totals.uuid
left join payments on invoices.uuid = payments.uuid
left join customers on invoices.customer_uuid = customers.uuid
where totals.total > coalesce(payments.paid, 0)
