{% macro mask_secrets(text) -%}
    {#- What people may see of a command: the values of options that name a secret, and the password
        in a URL, are hidden. The patterns stay in what RE2 and PostgreSQL read alike. -#}
    regexp_replace(
        regexp_replace(
            {{ text }},
            '((password|passwd|pwd|secret|token|api[_-]?key|access[_-]?key)[a-z_]*[ =:]+)[^ ]+',
            '\1***',
            'gi'
        ),
        '(://[^:/@ ]+:)[^@ ]+@',
        '\1***@',
        'g'
    )
{%- endmacro %}
