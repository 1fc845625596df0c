//! A connection to the database that is lost without a word while a webhook is sent.

mod postgres {
    mod slow {
        use tests::{Database, Proxy, within};

        use super::super::super::one_event;
        use crate::seconds;

        #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        async fn worker_gives_up_the_outcome_of_a_webhook() {
            let database = Database::postgres().await;
            let (core, receiver) = one_event(&database).await;
            let (mut proxy, url) = Proxy::before(&database);
            let db = api::database::connect_with_pool(&url, 1).await.expect("a connection");
            let worker = core.app.webhooks.workers(&db, &core.app.metrics).remove(0);
            let claim = worker.claim().await.expect("the database answers").expect("it is due");
            let pool = db.get_postgres_connection_pool();
            within(seconds(5), "the connection is idle", async || pool.num_idle() == 1).await;

            proxy.strand();
            let recorded = tokio::time::timeout(seconds(20), worker.deliver_claimed(claim)).await;
            assert!(recorded.expect("the worker gives up").is_err());
            assert_eq!(receiver.received().len(), 1);
            proxy.heal();
        }
    }
}
