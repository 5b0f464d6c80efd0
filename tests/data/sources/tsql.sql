USE [shop]
GO
CREATE TABLE [dbo].[customers](
	[id] [bigint] IDENTITY(1,1) NOT NULL,
	[email] [nvarchar](255) NOT NULL,
	[full_name] [nvarchar](max) NULL,
	[birth_date] [date] NULL,
	[credit_limit] [money] NULL,
	[score] [float] NULL,
	[active] [bit] NOT NULL CONSTRAINT [DF_active] DEFAULT ((1)),
	[preferences] [nvarchar](max) NULL,
	[created_at] [datetime2](7) NOT NULL,
	[updated_at] [datetime] NULL,
	[seen_at] [datetimeoffset](7) NULL,
 CONSTRAINT [PK_customers] PRIMARY KEY CLUSTERED ([id] ASC)
) ON [PRIMARY]
GO
CREATE TABLE [dbo].[orders](
	[id] [int] NOT NULL,
	[customer_id] [bigint] NOT NULL,
	[total] [decimal](10, 2) NULL,
	[placed_on] [date] NOT NULL,
	[status] [varchar](20) NULL,
	[updated_at] [smalldatetime] NOT NULL
)
GO
ALTER TABLE [dbo].[orders] ADD CONSTRAINT [PK_orders] PRIMARY KEY ([id])
GO
